/**
 * The divider between the two images: dragging it, and telling where it stands.
 */

import { closest } from "../shared/dom.js";

/**
 * @typedef {object} DividerOptions
 * @property {(clientX: number) => number} shareAt the share, 0 to 1, under a client x
 * @property {() => boolean} mayJump whether a press beside the handle moves the divider there
 * @property {(share: number) => void} onMove
 * @property {AbortSignal} signal
 */

export class Divider {
  #viewport;
  #handle;
  #options;
  /** @type {{pointer: number, offset: number} | null} What drags it, and how far from its middle. */
  #drag = null;

  /**
   * @param {HTMLElement} viewport
   * @param {HTMLElement} handle has role=slider
   * @param {DividerOptions} options
   */
  constructor(viewport, handle, options) {
    this.#viewport = viewport;
    this.#handle = handle;
    this.#options = options;
    const { signal } = options;
    viewport.addEventListener("pointerdown", (event) => this.#onPress(event), { signal });
    window.addEventListener("pointermove", (event) => this.#onMove(event), { signal });
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
      window.addEventListener(kind, (event) => this.#onRelease(event), { signal });
    }
  }

  /** @param {PointerEvent} event */
  #onPress(event) {
    this.#drag = null; // a second finger zooms
    if (event.button !== 0 || !event.isPrimary || closest(event.target, "button")) return;
    const isOnHandle = closest(event.target, "[role=slider]") === this.#handle;
    if (!isOnHandle && !this.#options.mayJump()) return;
    const box = this.#handle.getBoundingClientRect();
    const offset = isOnHandle ? event.clientX - box.left - box.width / 2 : 0;
    this.#drag = { pointer: event.pointerId, offset };
    // A finger may be about to scroll the page: it moves the divider once it moves.
    if (isOnHandle || event.pointerType !== "mouse") return;
    this.#options.onMove(this.#options.shareAt(event.clientX));
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (this.#drag?.pointer !== event.pointerId) return;
    this.#options.onMove(this.#options.shareAt(event.clientX - this.#drag.offset));
  }

  /** @param {PointerEvent} event */
  #onRelease(event) {
    if (this.#drag?.pointer === event.pointerId) this.#drag = null;
  }

  /**
   * @param {number} share of the frame, 0 to 1
   * @param {number} offset CSS pixels from the pane's left
   * @param {string} left the label of the image left of it
   * @param {string} right
   */
  draw(share, offset, left, right) {
    const percent = Math.round(share * 100);
    this.#viewport.style.setProperty("--kx-divider", `${offset}px`);
    this.#handle.setAttribute("aria-label", `Divider between ${left} and ${right}`);
    this.#handle.setAttribute("aria-valuenow", String(percent));
    this.#handle.setAttribute("aria-valuetext", `${left} ${percent} %, ${right} ${100 - percent} %`);
  }
}
