/**
 * The cards under their headings, each heading with the number of its pictures.
 */

import { countOf } from "./selection.js";
import { reorder, element, setText } from "../shared/dom.js";

export class Sections {
  constructor() {
    this.root = element("div", "kx-grid-body");
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
      setText(count, String(countOf(views.map((view) => view.card))));
      reorder(list, views.map((view) => view.element));
    }
    for (const group of [...this.known.keys()]) if (!groups.has(group)) this.known.delete(group);
    reorder(this.root, [...groups.keys()].map((group) => this.known.get(group).section));
  }

  makeSection(group) {
    const count = element("span", "kx-grid-count");
    const heading = element("h3", "kx-grid-heading", group, count);
    heading.hidden = group === "";
    const list = element("div", "kx-grid-list");
    return { section: element("section", "kx-grid-section", heading, list), list, count };
  }
}
