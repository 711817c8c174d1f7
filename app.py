"""Entry point: the ASGI app with its routes when served, the page map when Streamlit runs it.

Streamlit runs this file as `__main__` at each rerun, and a server imports it once.
"""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit import config

from components import server
from components.bootstrap import (
    close_at_shutdown,
    load_server_settings,
    open_at_startup,
    open_studio,
    open_tokens,
)
from components.ui import errors, frontend, layout, session
from components.ui.streamlit_internals.base_path import read_base_path
from components.ui.streamlit_internals.client_messages import check_client_messages
from components.ui.streamlit_internals.logs import pass_on_log_records
from components.ui.streamlit_internals.page_html import complete_page, draw_notice
from components.ui.streamlit_internals.press_order import keep_press_order
from components.ui.streamlit_internals.sign_in import (
    login_url,
    read_claims,
    sign_in_services,
    use_cookie_secret,
)

if __name__ != "__main__":
    base_path = read_base_path(__file__)
    use_cookie_secret()
    settings = load_server_settings()
    notice_pages = server.NoticePages(draw_notice, base_path, sign_in_services(settings))
    server.set_up_logs()
    server.set_up_logs_of_libraries()
    pass_on_log_records()
    check_client_messages()
    keep_press_order()

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        """Open the studio before the first request and close it after the last."""
        # Not in config.toml: without it, a session could be taken over by its id.
        config.set_option(
            "server.trustedUserHeaders",
            {
                server.USER_HEADER: session.USER_KEY,
                server.COOKIE_USER_HEADER: session.COOKIE_USER_KEY,
            },
        )
        server.raise_file_limit()
        open_at_startup()
        # Full collections look at all that is there: exclude permanent objects. None is run
        # before: it takes 60 ms and finds next to nothing.
        gc.freeze()
        yield
        close_at_shutdown()

    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=server.routes(
            open_studio,
            open_tokens,
            settings,
            base_path=base_path,
            files_url=frontend.ASSETS_URL,
            files=frontend.asset_files(),
            notice_pages=notice_pages,
            login_url=login_url,
        ),
        middleware=server.middleware(
            open_studio,
            open_tokens,
            settings,
            base_path=base_path,
            complete_page=complete_page,
            notice_pages=notice_pages,
            read_claims=read_claims,
        ),
        on_script_error=errors.show_error,
    )
    # Until this has been called once, Streamlit runs /gallery as a script without this file.
    st.navigation(layout.pages(), position="hidden")
else:
    layout.render_page(st.navigation(layout.pages_to_open(), position="hidden"))
