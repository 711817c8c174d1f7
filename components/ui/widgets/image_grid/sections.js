/**
 * The cards under their headings: of a day with the number of its images, or of a submission.
 */

import { countImages, groupCards, listShape } from "./card-data.js";
import { SubmissionHeading } from "./submission-heading.js";
import { element, reorder, setText } from "../shared/dom.js";

/** @import { CardView } from "./card.js" */
/** @import { ActOnAll, Card, Submission } from "./types.js" */
/**
 * @typedef {object} Section
 * @property {HTMLElement} root
 * @property {HTMLElement} list
 * @property {(cards: Card[]) => void} update the heading
 */

export class Sections {
  root = element("div", "kx-grid-body");
  /** @type {Map<string, Section>} by heading */
  #sections = new Map();
  /** @type {Map<string, Submission>} by the group of their cards */
  #submissions = new Map();
  #actOnAll;

  /** @param {ActOnAll} actOnAll */
  constructor(actOnAll) {
    this.#actOnAll = actOnAll;
  }

  /**
   * Draw one section for each heading, in the order of the cards.
   * @param {Map<string, CardView>} views by the id of their card, in display order
   * @param {Submission[]} submissions
   */
  draw(views, submissions) {
    this.#submissions = new Map(submissions.map((submission) => [submission.id, submission]));
    const groups = groupCards([...views.values()].map((view) => view.card));
    const sections = [...groups].map(([group, cards]) => {
      const section = this.#sections.get(group) ?? this.#make(group);
      this.#sections.set(group, section);
      section.update(cards);
      setShape(section.list, cards);
      reorder(section.list, cards.flatMap((card) => views.get(card.id)?.element ?? []));
      return section;
    });
    for (const group of this.#sections.keys()) if (!groups.has(group)) this.#sections.delete(group);
    reorder(this.root, sections.map((section) => section.root));
  }

  /**
   * @param {string} group
   * @returns {Section}
   */
  #make(group) {
    const list = element("div", "kx-grid-list");
    const { root, update } = this.#submissions.has(group) ? this.#submission(group) : dayHeading(group);
    return { root: element("section", "kx-grid-section", root, list), list, update };
  }

  /** @param {string} group */
  #submission(group) {
    const heading = new SubmissionHeading(this.#actOnAll);
    /** @param {Card[]} cards */
    const update = (cards) => {
      const submission = this.#submissions.get(group);
      if (submission) heading.update(submission, cards);
    };
    return { root: heading.root, update };
  }
}

/** @param {string} day */
function dayHeading(day) {
  const count = element("span", "kx-grid-count");
  const root = element("h3", "kx-grid-heading", day, count);
  root.hidden = day === "";
  /** @param {Card[]} cards */
  const update = (cards) => setText(count, String(countImages(cards)));
  return { root, update };
}

/**
 * @param {HTMLElement} list
 * @param {Card[]} cards
 */
function setShape(list, cards) {
  const { ratio, shape } = listShape(cards);
  list.dataset.count = String(cards.length);
  list.dataset.shape = shape;
  list.style.setProperty("--kx-grid-list-ratio", String(ratio));
}
