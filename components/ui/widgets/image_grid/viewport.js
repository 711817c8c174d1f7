/**
 * Tracks which cards are near the screen. They stand in rows from top to bottom, so a binary
 * search finds the first and the last. An observer of each card would cost milliseconds a frame.
 */

import { firstIndex } from "./grid-navigation.js";

/** @import { CardView } from "./card.js" */
/** @typedef {{first: number, end: number}} Range of indices, `end` excluded */

const LOAD_PX = 600; // this far outside the screen a card is drawn
const UNLOAD_PX = 4000; // and this far outside it is emptied again

export class ViewportTracker {
  /** @type {Range} */
  near = { first: 0, end: 0 };
  #root;
  #order;
  #onChange;
  /** @type {Set<CardView>} */
  #drawn = new Set();
  /** @type {number | null} */
  #frame = null;
  #listening = new AbortController();
  #hasNewLayout = false;
  #resizes = new ResizeObserver(() => {
    this.#hasNewLayout = true;
    this.#schedule();
  });

  /**
   * @param {HTMLElement} root whose size tells of a new layout
   * @param {() => CardView[]} order the cards as they stand
   * @param {() => void} onChange other cards are near
   */
  constructor(root, order, onChange) {
    this.#root = root;
    this.#order = order;
    this.#onChange = onChange;
    const { signal } = this.#listening;
    // Captured: Streamlit's own box scrolls, and scroll events do not bubble.
    document.addEventListener("scroll", () => this.#schedule(), { capture: true, passive: true, signal });
    window.addEventListener("resize", () => this.#schedule(), { signal });
    this.#resizes.observe(root);
  }

  #schedule() {
    this.#frame ??= requestAnimationFrame(() => this.refresh());
  }

  refresh() {
    this.#cancelFrame();
    const { first, end } = this.#within(LOAD_PX);
    const near = new Set(this.#order().slice(first, end));
    for (const view of near) if (!view.isNear) view.enterViewport();
    if (this.#hasNewLayout) for (const view of near) view.fixImageWidth();
    this.#hasNewLayout = false;
    this.#unloadFar(near);
    const hasMoved = first !== this.near.first || end !== this.near.end;
    this.near = { first, end };
    if (hasMoved) this.#onChange();
  }

  /** @param {Set<CardView>} near */
  #unloadFar(near) {
    const { first, end } = this.#within(UNLOAD_PX);
    const mayStay = new Set(this.#order().slice(first, end));
    for (const view of this.#drawn) if (!mayStay.has(view)) view.leaveViewport();
    this.#drawn = new Set([...this.#drawn, ...near].filter((view) => mayStay.has(view)));
  }

  /**
   * @param {number} margin CSS pixels around the screen
   * @returns {Range}
   */
  #within(margin) {
    const order = this.#order();
    if (!this.#root.getClientRects().length) return { first: 0, end: 0 }; // hidden
    /** @param {number} index */
    const rect = (index) => order[index]?.element.getBoundingClientRect() ?? new DOMRect();
    return {
      first: firstIndex(order.length, (index) => rect(index).bottom >= -margin),
      end: firstIndex(order.length, (index) => rect(index).top > innerHeight + margin),
    };
  }

  #cancelFrame() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  destroy() {
    this.#cancelFrame();
    this.#listening.abort();
    this.#resizes.disconnect();
  }
}
