/**
 * The field "Change…" on a card: one field, which moves to the card where it is opened.
 */

import { ChangeField } from "./change-field.js";

/** @import { CardView } from "./card.js" */
/** @import { ChangeRequests } from "./changes.js" */

const MIN_WIDTH_PX = 280; // of a card that is as wide as the field, as in change.css

export class CardChange {
  #field;
  #notify;
  #price = "";
  #problem = "";
  /** @type {CardView | null} */
  #view = null;

  /**
   * @param {ChangeRequests} requests
   * @param {(message: string) => void} notify
   */
  constructor(requests, notify) {
    this.#notify = notify;
    this.#field = new ChangeField(requests, () => this.#close());
    const { root } = this.#field;
    root.classList.add("kx-change-on-card");
    root.addEventListener("focusout", ({ relatedTarget }) => {
      const isInside = relatedTarget instanceof Node && root.contains(relatedTarget);
      if (!isInside && !this.#field.isInUse) root.remove();
    });
  }

  /** @param {CardView} view */
  open(view) {
    const { root } = this.#field;
    this.#view = view;
    view.element.append(root);
    const { left, right, width } = view.element.getBoundingClientRect();
    const isNarrow = width < MIN_WIDTH_PX;
    root.classList.toggle("kx-change-at-end", isNarrow && left + right > innerWidth);
    this.#field.show(view.card.id, this.#price, this.#problem);
    this.#field.focus();
  }

  /**
   * @param {string} price of one press, and what follows from it
   * @param {string} problem why a press cannot be paid for; empty if it can
   */
  setPrice(price, problem) {
    this.#price = price;
    this.#problem = problem;
    if (this.#view) this.#field.show(this.#field.id, price, problem);
  }

  draw() {
    this.#field.draw();
  }

  /**
   * What was sent for a card is under way.
   * @param {string} id of the card
   * @param {HTMLElement | undefined} made the new card, unless a filter hides it
   */
  settle(id, made) {
    this.#field.forget(id);
    this.#field.draw();
    if (this.#field.id !== id || !this.#field.root.isConnected) return;
    this.#close();
    if (!made) this.#notify("Under way. The filter hides it.");
    else if (!isOnScreen(made)) this.#notify("Under way, above.");
  }

  #close() {
    const { root } = this.#field;
    if (root.contains(document.activeElement)) this.#view?.element.focus({ preventScroll: true });
    root.remove();
  }
}

/** @param {HTMLElement} element */
function isOnScreen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
