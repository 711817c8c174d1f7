"""Exits with 0 if the app in this container answers its health check, for Docker and Compose."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 4


def main() -> int:
    """0 if the app works, 1 if not."""
    port = int(os.environ.get("STREAMLIT_SERVER_PORT", "8501"))
    folder = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"/{folder}/healthz" if folder else "/healthz")
        response = connection.getresponse()
        print(response.read().decode(errors="replace"))  # noqa: T201 - `docker inspect` shows it
    except (OSError, HTTPException) as error:
        print(f"The app does not answer: {error}")  # noqa: T201
        return 1
    return 0 if response.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
