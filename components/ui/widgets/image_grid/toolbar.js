/**
 * The tools above the grid: selecting several cards, and the size of the images, which the browser
 * remembers.
 */

import { icon } from "./icons.js";
import { button, element } from "../shared/dom.js";
import { load, save } from "../shared/storage.js";

/** @import { Selection } from "./selection.js" */

const SIZE_KEY = "kx-sheet-size"; // in people's browsers already
const ROW_HEIGHT_PX = { min: 110, default: 210, max: 380 };

export class Toolbar {
  root = element("div", "kx-grid-toolbar");

  /**
   * Draw the tools, once.
   * @param {HTMLElement} grid gets `--kx-grid-row-height`
   * @param {Selection} selection
   */
  draw(grid, selection) {
    if (this.root.childElementCount) return;
    if (selection.canSelect) this.root.append(selectButton(selection));
    this.root.append(icon("picture"), sizeSlider(grid), icon("picture"));
  }
}

/** @param {Selection} selection */
function selectButton(selection) {
  const made = button("kx-grid-tool", icon("check"), "Select");
  made.addEventListener("click", () => (selection.isOn ? selection.clear() : selection.start()));
  return made;
}

/** @param {HTMLElement} grid */
function sizeSlider(grid) {
  const slider = element("input", "kx-grid-size");
  Object.assign(slider, { type: "range", min: ROW_HEIGHT_PX.min, max: ROW_HEIGHT_PX.max, step: 10 });
  slider.value = String(load(SIZE_KEY) ?? ROW_HEIGHT_PX.default);
  slider.setAttribute("aria-label", "Picture size");
  slider.title = "Picture size";
  const resize = () => grid.style.setProperty("--kx-grid-row-height", `${slider.value}px`);
  slider.addEventListener("input", resize);
  slider.addEventListener("change", () => save(SIZE_KEY, slider.value));
  resize();
  return slider;
}
