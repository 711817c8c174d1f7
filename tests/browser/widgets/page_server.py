"""Serves the page that PAGE names, with the scripts of our components."""

from __future__ import annotations

import os

import streamlit as st
from starlette.middleware import Middleware

from components.server.frontend_assets import frontend_asset_routes
from components.server.stylesheet_middleware import InjectStylesheet
from components.ui import frontend

app = st.App(
    os.environ["PAGE"],
    routes=frontend_asset_routes(frontend.ASSETS_URL, frontend.asset_files()),
    middleware=[Middleware(InjectStylesheet, styles_url=frontend.styles_url())],
)
