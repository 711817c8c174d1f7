"""Streamlit's page (1.67) made ours: its first paint has our bar, colours and fonts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from components.ui.frontend import script_urls, styles_url

_SHELL = Path(__file__).with_name("page-shell.html")
_NOTICE = Path(__file__).with_name("notice.html")
_TOKENS = Path(__file__).parents[1] / "styles" / "tokens.css"
_FONTS = ("instrument-serif-latin-400-normal", "instrument-sans-latin-wght-normal")
_PAGES = ("edit", "gallery", "admin")
# Streamlit's own font, which no page uses.
_FONT_PRELOAD = re.compile(r'<link\s+rel="preload"\s[^>]*as="font"[^>]*>')
# The first stop of the Tab key; `prompt-picker.js` moves the focus.
_SKIP = '<button type="button" class="kx-skip">Skip to the prompt</button>'
_TITLE = "<title>Streamlit</title>"
_OURS = {
    _TITLE: "<title>Kontext Studio</title>",
    'href="./favicon.png"': 'href="app/static/icon.png"',
}


def complete_page(html: str, path: str) -> str:
    """Return the page at a URL path with our head, shell and style sheet.

    The shell shows the bar and the form's places until the page is drawn. The style sheet is
    last, as its rules then win over Streamlit's own. A page that is not Streamlit's stays as it is.
    """
    if _TITLE not in html:
        return html
    name = path.rstrip("/").rpartition("/")[2]
    head, end = _parts(name if name in _PAGES else "generate")
    html = _FONT_PRELOAD.sub("", html, count=1)
    for theirs, ours in _OURS.items():
        html = html.replace(theirs, ours, 1)
    html = html.replace("</head>", f"{head}</head>", 1).replace("</body>", f"{end}</body>", 1)
    return html.replace("<body>", f"<body>{_SKIP}", 1)


def draw_notice(root: str, body: str) -> str:
    """Return a whole page that no script draws, with our head and bar and this HTML as its body.

    `root` is the path of the app's root as a browser sees it, without a slash at its end.
    """
    text = _NOTICE.read_text("utf-8").replace("{tokens}", _TOKENS.read_text("utf-8"))
    return text.replace("{root}", root).replace("{body}", body)


@cache
def _parts(page: str) -> tuple[str, str]:
    """What ends the head, and what ends the body."""
    preloads = "".join(
        f'<link rel="preload" href="app/static/fonts/{name}.woff2" as="font" type="font/woff2"'
        " crossorigin>"
        for name in _FONTS
    )
    shell = _SHELL.read_text("utf-8").replace('data-page="generate"', f'data-page="{page}"')
    styles = f'<link rel="stylesheet" href="{styles_url()}">'
    scripts = "".join(f'<link rel="modulepreload" href="{url}">' for url in script_urls(page))
    return f"{preloads}<style>{_TOKENS.read_text('utf-8')}</style>", f"{shell}{styles}{scripts}"
