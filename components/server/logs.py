"""Logging: one JSON object a line, with ids and without keys or prompts."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Time, level, logger and event, then the fields of `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {
            name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up_logs() -> None:
    """Send the app's loggers to standard error as JSON lines; safe to call again."""
    logger = logging.getLogger("kontext")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        logger.propagate = False
    logger.setLevel(logging.INFO)
    # `st.navigation` is called once outside a page, and Streamlit warns four times.
    script_context = "streamlit.runtime.scriptrunner_utils.script_run_context"
    logging.getLogger(script_context).setLevel(logging.ERROR)
    # Its line quotes what was typed; the app logs the same error under a number.
    logging.getLogger("streamlit.error_util").addFilter(_is_not_an_app_error)


def _is_not_an_app_error(record: logging.LogRecord) -> bool:
    return record.msg != "Uncaught app execution"
