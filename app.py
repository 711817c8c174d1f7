"""Entry point: the ASGI app with its routes when served, the page map when Streamlit runs it."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from components import server
from components.bootstrap import close_studio, open_studio, start_early
from components.ui import frontend, layout

if __name__ != "__main__":
    server.set_up_logs()

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        """Resume unfinished tasks before anybody opens a page; close the app at the end."""
        start_early()
        # Streamlit runs a full collection after each rerun; permanent objects need not be walked.
        gc.collect()
        gc.freeze()
        yield
        close_studio()

    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=server.routes(
            open_studio, files_url=frontend.ASSETS_URL, files=frontend.asset_files()
        ),
        middleware=server.middleware(styles_url=frontend.styles_url()),
    )
    # Until this was called once, Streamlit would run /gallery as a script without this file.
    st.navigation(layout.pages(), position="hidden")
else:
    layout.render_page(st.navigation(layout.pages(), position="hidden"))
