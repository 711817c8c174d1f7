/**
 * Step strip: redrawn whole when it changes, since a line of edits has a handful of tiles.
 */

import { STEP_SHORTCUTS, stepForKey } from "./step-keys.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";
import { receiveKeys } from "../shared/page-keys.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */

/**
 * @typedef {{id: string, name: string, prompt: string, alt: string, thumbnail_url: string,
 *   role: "" | "before" | "after", is_source: boolean}} Tile as in `__init__.py`
 * @typedef {{steps: Tile[], variants: Tile[], branches: Tile[]}} Tiles
 * @typedef {(verb: string, id: string) => void} Act
 */

const ROLE_TEXT = { before: "Before", after: "After" };

/**
 * @param {string} label
 * @param {string} verb
 * @param {Tile} tile
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
 * @param {Tile} tile
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
  item.dataset.role = tile.role;
  return item;
}

/**
 * @param {string} heading
 * @param {Tile[]} tiles
 * @param {Act} act
 */
function row(heading, tiles, act) {
  if (!tiles.length) return [];
  const images = tiles.map((tile) => imageButton(tile, act));
  return [element("p", "kx-strip-heading", heading), element("div", "kx-strip-row", ...images)];
}

class StepStrip {
  #root = element("section", "kx-strip");
  #line = element("ol", "kx-strip-line");
  #drawn = "";
  /** @type {Component<{tiles: string}> | null} */
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
    this.#line.setAttribute("aria-label", "Steps from the first picture to this one");
    parent.append(this.#root);
  }

  /** @param {Component<{tiles: string}>} component */
  update(component) {
    this.#component = component;
    const { tiles } = component.data;
    if (this.#drawn === tiles) return;
    this.#drawn = tiles;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.#root.contains(active) ? active.dataset : null;
    this.#draw(JSON.parse(tiles));
    if (focused) this.#focus(focused);
    else this.#line.scrollLeft = this.#line.scrollWidth; // to the newest step, without scrolling the page
  }

  /** @param {Tiles} tiles */
  #draw({ steps, variants, branches }) {
    const act = this.#act;
    this.#steps = steps;
    this.#line.replaceChildren(...steps.map((tile) => stepTile(tile, act)));
    const others = [...row("Variants", variants, act), ...row("Other branches", branches, act)];
    this.#root.replaceChildren(this.#line, ...others);
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
