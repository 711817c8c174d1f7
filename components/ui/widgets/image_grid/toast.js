/**
 * A line at the foot of the page that tells what was done, with a button where it can be undone.
 */

import { button, element } from "../shared/dom.js";

/** @import { Undo } from "./types.js" */

const SHOW_MS = { message: 3_000, undo: 10_000 };
/** The last undo offered: a page change makes a new toast, which must not offer it again. */
let lastOffered = 0;

export class Toast {
  #text = element("span", "");
  #undo = button("kx-grid-toast-undo", "Undo");
  #canUndo = false;
  /** @type {number | undefined} */
  #timer;

  /** @param {() => void} undo */
  constructor(undo) {
    this.#undo.title = "Ctrl+Z";
    this.#undo.addEventListener("click", () => {
      this.hide();
      undo();
    });
    this.root = element("div", "kx-grid-toast", this.#text, this.#undo);
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  /** @param {string} message */
  show(message) {
    this.#show(message, false);
  }

  /** @param {Undo | undefined} undo each number is offered once */
  offer(undo) {
    if (!undo) {
      if (this.#canUndo) this.hide();
    } else if (lastOffered !== undo.number) {
      lastOffered = undo.number;
      this.#show(undo.message, true);
    }
  }

  /**
   * @param {string} message
   * @param {boolean} canUndo
   */
  #show(message, canUndo) {
    clearTimeout(this.#timer);
    this.#canUndo = canUndo;
    this.#text.textContent = message;
    this.#undo.hidden = !canUndo;
    this.root.hidden = false;
    this.#timer = setTimeout(() => this.hide(), canUndo ? SHOW_MS.undo : SHOW_MS.message);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#canUndo = false;
    this.root.hidden = true;
  }
}
