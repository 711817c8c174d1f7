"""Style sheets take colours, type, distances and radii from tokens.css."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

UI = Path(__file__).parents[3] / "components" / "ui"
SHEETS = {
    path.relative_to(UI).as_posix(): path.read_text("utf-8")
    for path in sorted(UI.rglob("*.css"))
    if path.name != "tokens.css"
}
TOKENS = (UI / "styles" / "tokens.css").read_text("utf-8")
# Round things, and what takes the value of what is around it, need no token.
FREE = {"0", "50%", "inherit", "0 0 var(--kx-radius) var(--kx-radius)"}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("name", ["font-size", "border-radius"])
def test_type_and_radii_are_tokens(sheet: str, name: str) -> None:
    values = re.findall(rf"\b{name}:\s*([^;]+);", SHEETS[sheet])

    assert [value for value in values if "var(--kx-" not in value and value not in FREE] == []


@pytest.mark.parametrize("sheet", SHEETS)
def test_distances_are_on_the_scale(sheet: str) -> None:
    declared = re.findall(r"\n\s*(?:gap|padding[\w-]*|margin[\w-]*):\s*([^;]+);", SHEETS[sheet])
    plain = " ".join(value for value in declared if "(" not in re.sub(r"var\(", "", value))
    small = [
        found
        for found in re.findall(r"(?<![\w.-])([\d.]+)(rem|px)\b", plain)
        if 1.2 <= float(found[0]) * (15 if found[1] == "rem" else 1) <= 56
    ]

    assert small == []


@pytest.mark.parametrize("sheet", SHEETS)
def test_themes_colours_are_tokens(sheet: str) -> None:
    themes = set(re.findall(r"#[0-9a-f]{6}", TOKENS))

    assert themes.isdisjoint(re.findall(r"#[0-9a-f]{6}", SHEETS[sheet]))
    assert "--st-" not in SHEETS[sheet].replace("--st-red-color", "")


def test_every_token_is_defined_and_used() -> None:
    everything = "\n".join([*SHEETS.values(), TOKENS])
    defined = set(re.findall(r"(--kx-[\w-]+):", TOKENS))
    named = set(re.findall(r"var\((--kx-(?:font|space|radius)[\w-]*)\)", everything))

    assert named <= defined
    assert {token for token in defined if f"var({token}" not in everything} == set()
