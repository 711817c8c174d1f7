"""Opens another page from a script.

While filters stand in the URL, Streamlit (1.67) refuses to leave the page: it may not clear
parameters that belong to widgets. Given none on purpose, it goes.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page


def switch_page(page: str | Page) -> NoReturn:
    """End this run and open a page, without what stands in the URL."""
    st.switch_page(page, query_params={})
