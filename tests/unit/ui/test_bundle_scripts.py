"""Scripts of the pages come in two files, and mean there what they mean as modules."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from components.ui import frontend
from components.ui.bundle_scripts import bundle_scripts

SHARED = """
/** Counts. */
// Runs once.
const state = { runs: 0 };
state.runs += 1;
export const LIMIT = 3;
export class Counter {
  value = `
  /* a text, and no comment */`.length;
}
export function runs() {
  return state.runs;
}
export async function later() {}
"""
PAGE = """
import {
  Counter,
  LIMIT as MOST,
} from "../shared/count.js";
import { runs } from "../shared/count.js";
export default () => [new Counter().value, MOST, runs()].join();
"""
COMPARE = """
import { runs } from "../shared/count.js";
export const later = () => runs();
"""
SOURCES = {
    "widgets/image_compare/compare.js": COMPARE,
    "widgets/page/page.js": PAGE,
    "widgets/shared/count.js": SHARED,
}
PROGRAM = """
import { use } from "./edit.js";
const page = use("widgets/page/page.js").default;
const compare = use("widgets/image_compare/compare.js");
console.log(page(), compare.later(), use("widgets/shared/count.js").LIMIT);
"""


def test_bundled_modules_run_once_and_share_what_they_export(tmp_path: Path) -> None:
    for name, text in bundle_scripts(SOURCES).items():
        (tmp_path / name).write_bytes(text)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "program.js").write_text(PROGRAM)

    ran = subprocess.run(
        ["node", "program.js"],  # noqa: S607 - found as the tests of scripts find it
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )

    assert ran.stdout == "31,3,1 1 3\n"


@pytest.mark.parametrize(
    "line",
    [
        'export { one } from "./one.js";',
        'import one from "./one.js";',
        'import * as one from "./one.js";',
        "export let one = 1;",
    ],
)
def test_unknown_form_of_import_or_export_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"widgets/a\.js: .* does not know the form"):
        bundle_scripts({"widgets/a.js": f"{line}\n", "widgets/one.js": "export const one = 1;\n"})


def test_every_script_stands_in_one_bundle_and_tests_in_none() -> None:
    folder = Path(frontend.__file__).parent
    scripts = [path.relative_to(folder).as_posix() for path in folder.rglob("*.js")]
    files = {name.rpartition("/")[2]: text for name, text in frontend.asset_files().items()}
    bundled = re.findall(
        r'^modules\["(.+?)"\] = ', (files["studio.js"] + files["edit.js"]).decode(), re.MULTILINE
    )

    of_pages = [name for name in scripts if not name.startswith("shared_page/")]
    assert sorted(bundled) == sorted(name for name in of_pages if not name.endswith(".test.js"))
    # A shared link opens a page of its own, with these and what they import.
    assert {"shared-page.js", "divider-keys.js", "divider.js", "geometry.js"} <= files.keys()
