/**
 * The strip of steps: redrawn whole when it changes, since a line has a handful of tiles.
 *
 * @typedef {{id: string, name: string, words: string, alt: string, thumbnail_url: string,
 *   role: string, is_source: boolean}} Tile as `__init__.py` says
 */

import { element } from "../shared/dom.js";
import { mountComponent } from "../../streamlit_internals/mount.js";

const ROLE_WORDS = { before: "Before", after: "After" };

/**
 * @param {string} label what is read and shown
 * @param {string} verb
 * @param {Tile} tile
 * @param {(verb: string, id: string) => void} act
 */
function textButton(label, verb, tile, act) {
  const button = element("button", "kx-strip-action", label);
  button.type = "button";
  Object.assign(button.dataset, { id: tile.id, verb });
  button.setAttribute("aria-label", `${label}: ${tile.name}`);
  button.addEventListener("click", () => act(verb, tile.id));
  return button;
}

/** @param {Tile} tile */
function pictureButton(tile, act) {
  const picture = new Image();
  Object.assign(picture, { src: tile.thumbnail_url, alt: tile.alt, decoding: "async", draggable: false });
  const button = element("button", "kx-strip-image", picture);
  button.type = "button";
  Object.assign(button.dataset, { id: tile.id, verb: "show" });
  button.title = tile.prompt;
  button.setAttribute("aria-pressed", String(tile.role === "after"));
  button.addEventListener("click", () => act("show", tile.id));
  if (tile.role) button.append(element("span", "kx-strip-role", ROLE_WORDS[tile.role]));
  return button;
}

/** @param {Tile} tile */
function stepTile(tile, act) {
  const words = element("p", "kx-strip-prompt", tile.prompt);
  words.dir = "auto";
  words.title = tile.prompt;
  const name = element("p", "kx-strip-name", tile.name);
  if (tile.is_source) name.append(element("span", "kx-strip-source", "Editing this"));
  const doing = element("div", "kx-strip-actions");
  if (tile.role !== "before") doing.append(textButton("As before", "before", tile, act));
  if (!tile.is_source) doing.append(textButton("Edit from here", "edit", tile, act));
  const item = element("li", "kx-strip-step", pictureButton(tile, act), name, words, doing);
  item.dataset.role = tile.role;
  return item;
}

/** @param {Tile[]} tiles */
function row(heading, tiles, act) {
  if (!tiles.length) return [];
  const pictures = tiles.map((tile) => pictureButton(tile, act));
  return [element("p", "kx-strip-heading", heading), element("div", "kx-strip-row", ...pictures)];
}

class StepStrip {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.act = (verb, id) => this.component.setTriggerValue("action", { verb, id });
    this.root = element("section", "kx-strip");
    this.root.setAttribute("aria-label", "Steps");
    parent.append(this.root);
  }

  /** @param {{data: {tiles: string}, setTriggerValue: Function}} component */
  update(component) {
    this.component = component;
    const { tiles } = component.data;
    if (this.drawn === tiles) return;
    this.drawn = tiles;
    const held = this.root.contains(document.activeElement) && document.activeElement.dataset;
    this.draw(JSON.parse(tiles));
    if (held) this.focus(held);
    else this.showEnd();
  }

  draw({ steps: line, variants, branches }) {
    this.line = element("ol", "kx-strip-line", ...line.map((tile) => stepTile(tile, this.act)));
    this.line.setAttribute("aria-label", "Steps from the first picture to this one");
    const others = [...row("Variants", variants, this.act), ...row("Other branches", branches, this.act)];
    this.root.replaceChildren(this.line, ...others);
  }

  /** What was just done is offered no more: the keys then stay at the picture that it was done to. */
  focus({ id, verb }) {
    const of = (wanted) => this.root.querySelector(`[data-id="${id}"][data-verb="${wanted}"]`);
    (of(verb) ?? of("show"))?.focus();
  }

  /** Scroll the line, and never the page, to its newest step. */
  showEnd() {
    this.line.scrollLeft = this.line.scrollWidth;
  }

  destroy() {
    this.root.remove();
  }
}

export default mountComponent((parent) => new StepStrip(parent));
