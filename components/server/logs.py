"""Logging: one JSON object a line, with ids and without keys or prompts."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from components.error_report import format_trace

MAX_LINES_A_MINUTE: Final = 20
"""Of one event that a stranger can cause at will, or of a library."""
MAX_TEXT_CHARACTERS: Final = 500

_OWN: Final = "kontext"
_CAUSED_BY_STRANGERS: Final = {
    f"{_OWN}.{name}" for name in ("connections", "identity", "messages", "origin", "webhooks")
}
# Whoever has one of these can use it: they stand in paths, and so in uvicorn's lines of access.
_SECRET_IN_PATH: Final = re.compile(r"(/device/|/callbacks/kontext/|/oauth2callback\?)[^\s\"]+")
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {
    *("message", "asctime", "taskName", "color_message")  # the last one is uvicorn's
}


class JsonFormatter(logging.Formatter):
    """Time, level, logger and event, then the fields of `extra`.

    Of other libraries, at most 500 characters, and no text of exceptions: both may quote anything.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        is_own = _is_own(record)
        level = logging.WARNING if _is_clients_error(record) else record.levelno
        text = record.getMessage()
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": logging.getLevelName(level).lower(),
            "logger": record.name,
            "event": text if is_own else _SECRET_IN_PATH.sub(r"\1…", text)[:MAX_TEXT_CHARACTERS],
        }
        if is_own:
            line |= {
                name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS
            }
        elif left_out := vars(record).get("left_out"):
            line["left_out"] = left_out
        if record.exc_info:
            error = record.exc_info[1]
            line["trace"] = (
                self.formatException(record.exc_info)
                if is_own or error is None
                else format_trace(error)
            )
        return json.dumps(line, default=str)


class LimitRepetitions(logging.Filter):
    """Lets 20 lines a minute pass of each event that strangers can cause, and counts the rest.

    The next line of that event has the count as `left_out`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0
        self._lines: Counter[tuple[str, str, str]] = Counter()
        self._left_out: Counter[tuple[str, str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if _is_own(record) and record.name not in _CAUSED_BY_STRANGERS:
            return True
        minute = int(record.created // 60)
        event = record.name, str(record.msg), str(vars(record).get("reason"))
        if minute != self._minute:
            self._minute = minute
            self._lines.clear()
        self._lines[event] += 1
        if self._lines[event] > MAX_LINES_A_MINUTE:
            self._left_out[event] += 1
            return False
        if count := self._left_out.pop(event, 0):
            record.left_out = count
        return True


def set_up_logs() -> None:
    """Send the app's loggers to standard error as JSON lines; safe to call again."""
    logger = logging.getLogger(_OWN)
    if not logger.handlers:
        logger.addHandler(_json_handler())
        logger.propagate = False
    logger.setLevel(logging.INFO)
    # `st.navigation` is called once outside a page, and Streamlit warns four times.
    script_context = "streamlit.runtime.scriptrunner_utils.script_run_context"
    logging.getLogger(script_context).setLevel(logging.ERROR)
    # Its line quotes what was typed; the app logs the same error under a number.
    logging.getLogger("streamlit.error_util").addFilter(_is_not_an_app_error)


def set_up_logs_of_libraries() -> None:
    """Send what reaches the root logger to standard error as JSON lines, too."""
    handler = _json_handler()
    handler.addFilter(_is_news)
    logging.getLogger().handlers[:] = [handler]
    logging.captureWarnings(True)


def _json_handler() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    handler.addFilter(LimitRepetitions())
    return handler


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _OWN


def _is_clients_error(record: logging.LogRecord) -> bool:
    """Whether a library calls an error what a client has sent; the app reports its own."""
    if record.msg == "Invalid UTF-8 sequence received from client.":  # uvicorn
        return True
    return (
        record.levelno > logging.WARNING
        and record.name.startswith(
            ("streamlit.web.server.starlette.", "streamlit.runtime.app_session")
        )
        and not record.name.endswith("_server")  # a port that is taken
    )


def _is_not_an_app_error(record: logging.LogRecord) -> bool:
    return record.msg != "Uncaught app execution"


def _is_news(record: logging.LogRecord) -> bool:
    """Leaves out what each tab causes, and the start of the sandbox's uvicorn."""
    if record.levelno >= logging.WARNING:
        return True
    is_of_a_tab = str(record.msg).startswith(('%s - "WebSocket', "connection "))
    return not is_of_a_tab and record.threadName != "sandbox"
