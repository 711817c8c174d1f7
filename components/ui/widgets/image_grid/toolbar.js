/**
 * The tools above the grid: picking several, the pictures' size, which the browser remembers, and
 * the list of keys.
 */

import { icon } from "./icons.js";
import { keyHelp } from "./keys.js";
import { element } from "../shared/dom.js";

const SIZE_KEY = "kx-sheet-size";
const SIZES_PX = { least: 110, usual: 210, most: 380 }; // height of a row

/**
 * @param {HTMLElement} tools where the slider stands
 * @param {HTMLElement} root of the sheet, which gets `--kx-grid-row-height`
 */
function addSizeSlider(tools, root) {
  const slider = element("input", "kx-sheet-size");
  Object.assign(slider, { type: "range", min: SIZES_PX.least, max: SIZES_PX.most, step: 10 });
  slider.value = String(remembered(SIZE_KEY) ?? SIZES_PX.usual);
  slider.setAttribute("aria-label", "Picture size");
  slider.title = "Picture size";
  const resize = () => root.style.setProperty("--kx-grid-row-height", `${slider.value}px`);
  slider.addEventListener("input", resize);
  slider.addEventListener("change", () => remember(SIZE_KEY, slider.value));
  resize();
  tools.append(icon("picture"), slider, icon("picture"));
}

/**
 * @param {HTMLElement} tools
 * @param {HTMLElement} root of the sheet
 * @param {Selection | undefined} selection where several cards can be picked
 */
export function fillTools(tools, root, selection) {
  if (selection) {
    const select = element("button", "kx-grid-tool", icon("check"), "Select");
    select.type = "button";
    select.addEventListener("click", () => (selection.isOn ? selection.clear() : selection.start()));
    tools.append(select);
  }
  addSizeSlider(tools, root);
  if (selection) tools.append(...keyHelp());
}

/**
 * @param {string} key
 * @returns {string | null} null where the browser forbids storage
 */
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Remember a value, or do without where the browser forbids storage. */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
