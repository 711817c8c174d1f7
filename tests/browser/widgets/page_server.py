"""Serves the page that PAGE names, with the scripts of our components."""

from __future__ import annotations

import os

import streamlit as st
from starlette.middleware import Middleware

from components.server.frontend_assets import browser_file_routes
from components.server.stylesheet_middleware import DressedPage
from components.ui import frontend

app = st.App(
    os.environ["PAGE"],
    routes=browser_file_routes(frontend.ASSETS_URL, frontend.asset_files()),
    middleware=[Middleware(DressedPage, styles_url=frontend.styles_url())],
)
