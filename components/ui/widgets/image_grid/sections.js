/**
 * The cards under their headings, each heading with the number of its images.
 */

import { countImages, groupCards } from "./card-data.js";
import { element, reorder, setText } from "../shared/dom.js";

/** @import { CardView } from "./card.js" */
/** @typedef {{root: HTMLElement, list: HTMLElement, count: HTMLElement}} Section */

export class Sections {
  root = element("div", "kx-grid-body");
  /** @type {Map<string, Section>} by heading */
  #sections = new Map();

  /**
   * Draw one section for each heading, in the order of the cards.
   * @param {Map<string, CardView>} views by the id of their card, in display order
   */
  draw(views) {
    const groups = groupCards([...views.values()].map((view) => view.card));
    const sections = [...groups].map(([group, cards]) => {
      const section = this.#sections.get(group) ?? makeSection(group);
      this.#sections.set(group, section);
      setText(section.count, String(countImages(cards)));
      reorder(section.list, cards.flatMap((card) => views.get(card.id)?.element ?? []));
      return section;
    });
    for (const group of this.#sections.keys()) if (!groups.has(group)) this.#sections.delete(group);
    reorder(this.root, sections.map((section) => section.root));
  }
}

/**
 * @param {string} group
 * @returns {Section}
 */
function makeSection(group) {
  const count = element("span", "kx-grid-count");
  const heading = element("h3", "kx-grid-heading", group, count);
  heading.hidden = group === "";
  const list = element("div", "kx-grid-list");
  return { root: element("section", "kx-grid-section", heading, list), list, count };
}
