/**
 * The text in a card's frame while there is no image to see: what it waits for, or what failed.
 */

import { progressShare } from "./card-data.js";
import { icon } from "./icons.js";
import { element, setText } from "../shared/dom.js";
import { formatDuration } from "../shared/format-time.js";

/** @import { Card } from "./types.js" */

export class CardMessage {
  #headline = element("p", "kx-grid-headline");
  #advice = element("p", "kx-grid-advice");
  #elapsed = element("span", "kx-grid-elapsed");
  #bar = element("span", "kx-grid-progress-bar");
  #progress = element("div", "kx-grid-progress", this.#bar);
  /** Moving light in the shape of the image to come. */
  #shimmer = element("div", "kx-grid-shimmer");

  /**
   * @param {"waiting" | "problem"} kind
   * @param {string} state of the card, or "missing"; names the icon
   */
  constructor(kind, state) {
    this.kind = kind;
    this.state = state;
    this.root = element("div", `kx-grid-message kx-grid-message-${kind}`);
    if (kind === "problem") {
      // What a person has stopped is no problem, and has no sign of one.
      if (state !== "stopped") this.root.append(icon(state));
      this.root.append(this.#headline, this.#advice);
    } else {
      const status = element("div", "kx-grid-status", this.#headline, this.#elapsed);
      this.root.append(status, this.#advice, this.#progress);
    }
  }

  /** @param {HTMLElement} imageBox gets the moving light of a waiting card */
  decorate(imageBox) {
    if (this.kind === "waiting") imageBox.prepend(this.#shimmer);
  }

  /** @param {Card} card */
  show(card) {
    if (this.state === "missing") {
      setText(this.#headline, "The file is missing on this server");
      setText(this.#advice, "Its prompt and settings are kept.");
    } else {
      setText(this.#headline, card.headline ?? card.state_word ?? "");
      setText(this.#advice, card.advice ?? "");
    }
    this.#advice.title = this.#advice.textContent ?? "";
  }

  /**
   * @param {Card} card
   * @param {number} now epoch milliseconds by the server's clock
   */
  tick(card, now) {
    const elapsed = now - (card.started_ms ?? card.created_ms ?? now);
    setText(this.#elapsed, formatDuration(elapsed));
    const expected = card.started_ms ? (card.expected_seconds ?? 0) : 0;
    this.#progress.hidden = !expected;
    if (expected) this.#bar.style.transform = `scaleX(${progressShare(elapsed, expected)})`;
  }

  remove() {
    this.root.remove();
    this.#shimmer.remove();
  }
}
