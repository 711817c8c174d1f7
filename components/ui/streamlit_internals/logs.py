"""Streamlit's log lines: each of its loggers writes text of its own, which others can forge."""

from __future__ import annotations

import logging

from streamlit import logger as streamlit_logger


def pass_on_log_records() -> None:
    """Let the root logger write what Streamlit and uvicorn log, from loggers made later as well."""
    # Streamlit gives each logger a handler when it is made, and a new one with new options.
    streamlit_logger.setup_formatter = _pass_on
    for logger in streamlit_logger._loggers.values():
        _pass_on(logger)


def _pass_on(logger: logging.Logger) -> None:
    logger.handlers.clear()
    logger.propagate = True
