"""The front door: when served, the app with its routes; when run by Streamlit, the page map."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from components import server
from components.bootstrap import close_studio, open_studio, warm_up
from components.ui import frontend, layout

if __name__ != "__main__":
    server.set_up_logs()

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        """Go on with what was under way before anybody opens a page."""
        warm_up()
        # Streamlit collects all garbage after each rerun; what lives for ever need not be walked.
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
    layout.draw(st.navigation(layout.pages(), position="hidden"))
