/**
 * The cards under their headings, each heading with the number of its pictures.
 */

import { countOf } from "./selection.js";
import { arrange, element, say } from "../shared/elements.js";

export class Sections {
  constructor() {
    this.root = element("div", "kx-sheet-body");
    this.known = new Map();
  }

  /**
   * One section for each heading, in the order of the cards.
   * @param {CardView[]} order
   */
  draw(order) {
    /** @type {Map<string, CardView[]>} */
    const groups = new Map();
    for (const view of order) {
      const group = view.card.group ?? "";
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(view);
    }
    for (const [group, views] of groups) {
      if (!this.known.has(group)) this.known.set(group, this.makeSection(group));
      const { list, count } = this.known.get(group);
      say(count, String(countOf(views.map((view) => view.card))));
      arrange(list, views.map((view) => view.element));
    }
    for (const group of [...this.known.keys()]) if (!groups.has(group)) this.known.delete(group);
    arrange(this.root, [...groups.keys()].map((group) => this.known.get(group).section));
  }

  makeSection(group) {
    const count = element("span", "kx-sheet-count");
    const heading = element("h3", "kx-sheet-heading", group, count);
    heading.hidden = group === "";
    const list = element("div", "kx-sheet-list");
    return { section: element("section", "kx-sheet-section", heading, list), list, count };
  }
}
