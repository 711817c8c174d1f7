/**
 * A line at the foot of the page that tells what was done; what can be taken back has its button
 * there.
 */

import { element } from "../shared/dom.js";

const SNACK_MS = { said: 3_000, undo: 10_000 };

export class Toast {
  /** The last undo that was offered; a change of page makes a new line, and must not offer it again. */
  static offered;

  /** @param {() => void} undo */
  constructor(undo) {
    this.words = element("span", "");
    this.button = element("button", "kx-grid-toast-undo", "Undo");
    this.button.type = "button";
    this.button.title = "Ctrl+Z";
    this.button.addEventListener("click", () => {
      this.hide();
      undo();
    });
    this.root = element("div", "kx-grid-toast", this.words, this.button);
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  /** @param {string} words */
  say(words) {
    this.show(words, false);
  }

  /** @param {{words: string, number: number} | undefined} undo each number is offered once */
  offer(undo) {
    if (!undo) {
      if (this.canUndo) this.hide();
    } else if (Toast.offered !== undo.number) {
      Toast.offered = undo.number;
      this.show(undo.message, true);
    }
  }

  show(words, canUndo) {
    clearTimeout(this.timer);
    this.canUndo = canUndo;
    this.words.textContent = words;
    this.button.hidden = !canUndo;
    this.root.hidden = false;
    this.timer = setTimeout(() => this.hide(), canUndo ? SNACK_MS.undo : SNACK_MS.said);
  }

  hide() {
    clearTimeout(this.timer);
    this.canUndo = false;
    this.root.hidden = true;
  }
}
