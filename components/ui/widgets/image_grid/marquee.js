/**
 * Selecting with the mouse: a drag that begins beside the cards draws a rectangle, and selects what
 * it touches. With Shift or Ctrl it adds to what is selected. A finger scrolls as ever.
 */

import { boxBetween, edgeScroll, indicesTouching } from "./grid-navigation.js";
import { closest, element } from "../shared/dom.js";

/** @import { CardView } from "./card.js" */

const START_PX = 5; // a press that moves less is a click
const HAS_OTHER_USE = "article, button, a, input, textarea, label, summary, dialog, [popover], [contenteditable], [role]:not([role=main])";

/**
 * @typedef {object} MarqueeHost the grid
 * @property {() => boolean} canSelect
 * @property {() => CardView[]} order of the cards
 * @property {() => string[]} selected
 * @property {(ids: string[]) => void} select these alone
 */

export class Marquee {
  #root;
  #host;
  #box = element("div", "kx-grid-marquee");
  #listening = new AbortController();
  /** @type {{x: number, y: number} | null} Where it began, from the grid's top left corner. */
  #from = null;
  /** Where the mouse is, in the window. */
  #mouse = { x: 0, y: 0 };
  #isDrawn = false;
  /** @type {string[]} What was selected before. */
  #before = [];
  /** @type {string[]} What the rectangle adds to. */
  #kept = [];
  #frame = 0;

  /**
   * @param {HTMLElement} root of the grid
   * @param {MarqueeHost} host
   */
  constructor(root, host) {
    this.#root = root;
    this.#host = host;
    const { signal } = this.#listening;
    document.addEventListener("pointerdown", (event) => this.#onPress(event), { signal });
    document.addEventListener("pointermove", (event) => this.#onMove(event), { signal });
    document.addEventListener("pointerup", () => this.#end(), { signal });
    document.addEventListener("pointercancel", () => this.#cancel(), { signal });
    window.addEventListener("blur", () => this.#end(), { signal });
    document.addEventListener("selectstart", (event) => this.#from && event.preventDefault(), { signal });
    document.addEventListener("keydown", (event) => this.#onKey(event), { capture: true, signal });
  }

  /** @param {PointerEvent} event */
  #onPress(event) {
    const { target, button, pointerType } = event;
    this.#end();
    if (button !== 0 || pointerType !== "mouse" || !this.#host.canSelect() || !this.#root.checkVisibility()) return;
    if (!(target instanceof HTMLElement) || !isEmptyPlace(target, event) || !this.#scroller.contains(target)) return;
    this.#mouse = { x: event.clientX, y: event.clientY };
    this.#from = this.#inGrid(this.#mouse);
    this.#before = this.#host.selected();
    this.#kept = event.shiftKey || event.ctrlKey || event.metaKey ? this.#before : [];
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#from) return;
    if (!(event.buttons & 1)) {
      this.#end(); // let go outside of the window
      return;
    }
    this.#mouse = { x: event.clientX, y: event.clientY };
    const to = this.#inGrid(this.#mouse);
    const hasMoved = Math.hypot(to.x - this.#from.x, to.y - this.#from.y) >= START_PX;
    if (!this.#isDrawn && !hasMoved) return;
    if (!this.#isDrawn) {
      this.#isDrawn = true;
      this.#root.append(this.#box);
      this.#root.classList.add("kx-grid-dragging");
    }
    if (!this.#frame) this.#draw();
  }

  #draw() {
    this.#frame = 0;
    if (!this.#from) return;
    const scroller = this.#scroller;
    const { top, bottom } = scroller.getBoundingClientRect();
    const by = edgeScroll(this.#mouse.y, Math.max(0, top), Math.min(innerHeight, bottom));
    const before = scroller.scrollTop;
    scroller.scrollTop += by;
    const grid = this.#root.getBoundingClientRect();
    const box = boxBetween(this.#from, this.#inGrid(this.#mouse));
    Object.assign(this.#box.style, {
      left: `${box.left}px`,
      top: `${box.top}px`,
      width: `${box.right - box.left}px`,
      height: `${box.bottom - box.top}px`,
    });
    const order = this.#host.order();
    const inWindow = boxBetween(
      { x: box.left + grid.left, y: box.top + grid.top },
      { x: box.right + grid.left, y: box.bottom + grid.top },
    );
    /** @param {number} index */
    const place = (index) => order[index]?.element.getBoundingClientRect() ?? new DOMRect();
    const touched = indicesTouching(inWindow, order.length, place).flatMap((index) => order[index]?.card.id ?? []);
    this.#host.select([...new Set([...this.#kept, ...touched])]);
    if (scroller.scrollTop !== before) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Escape" || !this.#isDrawn) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#cancel();
  }

  #cancel() {
    if (this.#isDrawn) this.#host.select(this.#before);
    this.#end();
  }

  #end() {
    this.#from = null;
    this.#isDrawn = false;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#box.remove();
    this.#root.classList.remove("kx-grid-dragging");
  }

  /** @param {{x: number, y: number}} point in the window */
  #inGrid({ x, y }) {
    const { left, top } = this.#root.getBoundingClientRect();
    return { x: x - left, y: y - top };
  }

  /** @returns {Element} what scrolls around the grid */
  get #scroller() {
    /** @type {Element | null} */
    let found = this.#root.parentElement;
    while (found && !/auto|scroll/.test(getComputedStyle(found).overflowY)) found = found.parentElement;
    return found ?? document.documentElement;
  }

  destroy() {
    this.#end();
    this.#listening.abort();
  }
}

/**
 * @param {HTMLElement} target
 * @param {PointerEvent} event
 * @returns {boolean} whether a press here has no other use: no control, no text, no scroll bar
 */
function isEmptyPlace(target, { offsetX, offsetY }) {
  if (closest(target, HAS_OTHER_USE)) return false;
  if (offsetX > target.clientWidth || offsetY > target.clientHeight) return false;
  return ![...target.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
}
