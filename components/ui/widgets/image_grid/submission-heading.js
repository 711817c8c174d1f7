/**
 * The heading above the images of one submission: its prompt, its settings, how far it is, and
 * what can be done with all of them.
 */

import { ActionBar } from "./action-bar.js";
import { progressText, submissionTimes } from "./card-data.js";
import { element, setText } from "../shared/dom.js";
import { formatTaskTime } from "../shared/format-time.js";

/** @import { Action, ActOnAll, Card, Submission } from "./types.js" */

export class SubmissionHeading {
  #prompt = element("h3", "kx-grid-submission-prompt");
  #details = element("span", "kx-grid-submission-details");
  #progress = element("span", "kx-grid-submission-progress");
  #time = element("span", "kx-grid-submission-time");
  #bar;
  /** @type {Card[]} */
  #cards = [];

  /** @param {ActOnAll} act */
  constructor(act) {
    this.#prompt.dir = "auto";
    const actions = element("div", "kx-grid-submission-actions");
    this.#bar = new ActionBar(actions, (verb) => act(verb, this.#cards));
    const facts = element("p", "kx-grid-submission-facts", this.#details, this.#progress, this.#time);
    const text = element("div", "kx-grid-submission-text", this.#prompt, facts);
    this.root = element("header", "kx-grid-submission", text, actions);
  }

  /**
   * @param {Submission} submission
   * @param {Card[]} cards of this submission, at least one
   */
  update(submission, cards) {
    this.#cards = cards;
    setText(this.#prompt, submission.prompt);
    this.#prompt.title = submission.prompt;
    setText(this.#details, submission.details.join(" · "));
    this.#details.title = submission.note;
    this.#details.classList.toggle("kx-grid-has-note", Boolean(submission.note));
    setText(this.#progress, progressText(cards));
    this.#progress.hidden = !this.#progress.textContent;
    setText(this.#time, formatTaskTime(submissionTimes(cards)));
    const [first] = cards;
    if (first) this.#bar.show(first, submission.actions);
  }
}
