"""Serves the page that PAGE names, with the scripts of our components."""

from __future__ import annotations

import os

import streamlit as st
from starlette.middleware import Middleware

from components.server.browser_files import browser_file_routes
from components.server.dressing import DressedPage
from components.ui import browser

app = st.App(
    os.environ["PAGE"],
    routes=browser_file_routes(browser.FILES_URL, browser.files()),
    middleware=[Middleware(DressedPage, styles_url=browser.styles_url())],
)
