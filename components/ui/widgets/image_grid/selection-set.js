/**
 * Which cards are selected. Touches no document.
 */

/** @import { Card } from "./types.js" */

import { withVariants } from "./card-data.js";

export class SelectionSet {
  /** @type {Set<string>} */
  ids = new Set();
  /** Whether a plain press selects instead of opening. */
  isOn = false;
  /** @type {string | null} Where a range begins. */
  anchor = null;

  /** @param {string} id */
  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
    this.isOn = true;
  }

  /**
   * Select the cards from the anchor to this one.
   * @param {string} id
   * @param {string[]} order of all cards
   */
  extendTo(id, order) {
    const [start, end] = [order.indexOf(this.anchor ?? ""), order.indexOf(id)];
    if (start < 0 || end < 0) {
      this.toggle(id);
      return;
    }
    const range = order.slice(Math.min(start, end), Math.max(start, end) + 1);
    for (const selected of range) this.ids.add(selected);
    this.isOn = true;
  }

  /** @param {string[]} order of all cards */
  selectAll(order) {
    for (const id of order) this.ids.add(id);
    this.isOn = true;
  }

  /** @param {string[]} ids that alone are selected; none ends the selection */
  replace(ids) {
    this.ids = new Set(ids);
    this.isOn = ids.length > 0;
    this.anchor = ids.at(-1) ?? null;
  }

  clear() {
    this.ids.clear();
    this.isOn = false;
    this.anchor = null;
  }

  /** @param {string[]} order of all cards; others are no longer selected */
  retain(order) {
    const known = new Set(order);
    for (const id of this.ids) if (!known.has(id)) this.ids.delete(id);
  }

  /**
   * @param {{shiftKey: boolean, ctrlKey: boolean, metaKey: boolean}} event a press on a card
   * @param {string} id of the card
   * @param {string[]} order of all cards
   * @returns {boolean} whether the press was for the selection
   */
  press(event, id, order) {
    if (event.shiftKey && this.anchor !== null) this.extendTo(id, order);
    else if (this.isOn || event.ctrlKey || event.metaKey) this.toggle(id);
    else return false;
    return true;
  }
}

/**
 * @param {string} verb
 * @param {Card[]} selected
 * @returns {string[]} the ids that the action is sent with: variants too, except for comparing;
 *   only finished images for a download
 */
export function idsForAction(verb, selected) {
  if (verb === "compare") return selected.map((card) => card.id);
  const cards = verb === "download" ? selected.filter((card) => card.state === "done") : selected;
  return cards.flatMap(withVariants);
}

/**
 * @param {number} count of selected cards
 * @returns {string} why they cannot be compared, empty for two
 */
export function compareRefusal(count) {
  if (count === 2) return "";
  if (count < 2) return count ? "Select one more: comparing takes two pictures" : "Select two pictures to compare";
  return `Comparing takes two pictures: ${count} are selected`;
}
