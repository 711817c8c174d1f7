/**
 * Step strip: a line of edits, and below each step what else was made from it. Redrawn whole when it
 * changes, since a line has a handful of tiles.
 */

import { STEP_SHORTCUTS, stepForKey } from "./step-keys.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";
import { receiveKeys } from "../shared/page-keys.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */

/**
 * @typedef {{id: string, name: string, prompt: string, alt: string, thumbnail_url: string,
 *   role: "" | "before" | "after", is_source: boolean}} BaseTile
 * @typedef {BaseTile & {branches: BaseTile[]}} Tile as in `__init__.py`
 * @typedef {(verb: string, id: string) => void} Act
 */

const MAX_SHOWN = 3; // branches below a step; a popover has all
const ROLE_TEXT = { before: "Before", after: "After" };

/**
 * @param {string} label
 * @param {string} verb
 * @param {BaseTile} tile
 * @param {Act} act
 */
function textButton(label, verb, tile, act) {
  const made = button("kx-strip-action", label);
  Object.assign(made.dataset, { id: tile.id, verb });
  made.setAttribute("aria-label", `${label}: ${tile.name}`);
  made.addEventListener("click", () => act(verb, tile.id));
  return made;
}

/**
 * @param {BaseTile} tile
 * @param {Act} act
 */
function imageButton(tile, act) {
  const image = new Image();
  Object.assign(image, { src: tile.thumbnail_url, alt: tile.alt, decoding: "async", draggable: false });
  const made = button("kx-strip-image", image);
  Object.assign(made.dataset, { id: tile.id, verb: "show" });
  made.title = tile.prompt;
  made.setAttribute("aria-pressed", String(tile.role === "after"));
  made.addEventListener("click", () => act("show", tile.id));
  if (tile.role) made.append(element("span", "kx-strip-role", ROLE_TEXT[tile.role]));
  return made;
}

/**
 * @param {Tile} tile
 * @param {Act} act
 */
function stepTile(tile, act) {
  const prompt = element("p", "kx-strip-prompt", tile.prompt);
  prompt.dir = "auto";
  prompt.title = tile.prompt;
  const name = element("p", "kx-strip-name", tile.name);
  if (tile.is_source) name.append(element("span", "kx-strip-source", "Editing this"));
  const actions = element("div", "kx-strip-actions");
  if (tile.role !== "before") actions.append(textButton("As before", "before", tile, act));
  if (!tile.is_source) actions.append(textButton("Edit from here", "edit", tile, act));
  const item = element("li", "kx-strip-step", imageButton(tile, act), name, prompt, actions);
  if (tile.branches.length) item.append(...branchRow(tile, act));
  item.dataset.role = tile.role;
  return item;
}

/**
 * @param {Tile} tile
 * @param {Act} act
 * @returns {HTMLElement[]} the newest branches, and with more of them a popover with all
 */
function branchRow({ name, branches }, act) {
  const newest = [...branches].reverse();
  const shown = newest.slice(0, newest.length > MAX_SHOWN ? MAX_SHOWN - 1 : MAX_SHOWN);
  const row = element("div", "kx-strip-branches", ...shown.map((branch) => imageButton(branch, act)));
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", `Branches of ${name}`);
  if (shown.length === newest.length) return [row];
  const all = element("div", "kx-strip-all", ...newest.map((branch) => namedImage(branch, act)));
  all.popover = "auto";
  all.setAttribute("aria-label", `All branches of ${name}`);
  all.addEventListener("click", () => all.hidePopover());
  const more = button("kx-strip-more", `+${newest.length - shown.length}`);
  more.popoverTargetElement = all;
  more.title = `All ${newest.length} branches`;
  more.setAttribute("aria-label", `All ${newest.length} branches of ${name}`);
  all.addEventListener("toggle", () => all.matches(":popover-open") && placeAbove(all, more));
  row.append(more);
  return [row, all];
}

/**
 * @param {BaseTile} tile
 * @param {Act} act
 */
function namedImage(tile, act) {
  const made = imageButton(tile, act);
  const prompt = element("span", "kx-strip-prompt", tile.prompt);
  prompt.dir = "auto";
  made.append(prompt);
  return made;
}

/**
 * @param {HTMLElement} popover
 * @param {HTMLElement} opener at the foot of the screen
 */
function placeAbove(popover, opener) {
  const { left, top } = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const x = Math.max(8, Math.min(left, innerWidth - width - 8));
  Object.assign(popover.style, { margin: "0", inset: `${Math.max(8, top - height - 6)}px auto auto ${x}px` });
}

class StepStrip {
  #root = element("section", "kx-strip");
  #line = element("ol", "kx-strip-line");
  #drawn = "";
  /** @type {Component<{steps: string}> | null} */
  #component = null;
  /** @type {Tile[]} */
  #steps = [];
  /** @type {Act} */
  #act = (verb, id) => this.#component?.setTriggerValue("action", { verb, id });
  #endKeys = receiveKeys({
    root: this.#root,
    keys: () => [{ title: "Steps", rows: STEP_SHORTCUTS }],
    onKey: (event) => this.#onKey(event),
  });

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#root.setAttribute("aria-label", "Steps");
    this.#line.setAttribute("aria-label", "Steps from the first picture on");
    parent.append(this.#root);
  }

  /** @param {Component<{steps: string}>} component */
  update(component) {
    this.#component = component;
    const { steps } = component.data;
    if (this.#drawn === steps) return;
    this.#drawn = steps;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.#root.contains(active) ? active.dataset : null;
    this.#draw(JSON.parse(steps));
    if (focused) this.#focus(focused);
    else this.#scrollToShown();
  }

  /** Without scrolling the page. */
  #scrollToShown() {
    const shown = this.#line.querySelector('[data-role="after"]');
    if (!(shown instanceof HTMLElement)) return;
    this.#line.scrollLeft = shown.offsetLeft + shown.offsetWidth - this.#line.clientWidth;
  }

  /** @param {Tile[]} steps */
  #draw(steps) {
    const act = this.#act;
    this.#steps = steps;
    this.#line.replaceChildren(...steps.map((tile) => stepTile(tile, act)));
    this.#root.replaceChildren(this.#line);
  }

  /**
   * A button that is no longer offered leaves its focus to the image it acted on.
   * @param {DOMStringMap} focused the `data-*` of the button that had the focus
   */
  #focus({ id, verb }) {
    /** @param {string | undefined} wanted @returns {HTMLElement | null} */
    const find = (wanted) => this.#root.querySelector(`[data-id="${id}"][data-verb="${wanted}"]`);
    (find(verb) ?? find("show"))?.focus();
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key means something here
   */
  #onKey({ key, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return false;
    const wanted = stepForKey(key, this.#steps);
    if (wanted) this.#act(wanted.verb, wanted.id);
    return wanted !== null;
  }

  destroy() {
    this.#endKeys();
    this.#root.remove();
  }
}

export default mountComponent((parent) => new StepStrip(parent));
