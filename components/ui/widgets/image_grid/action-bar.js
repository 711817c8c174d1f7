/**
 * A bar of what can be done with a card: buttons, and links for downloads.
 */

import { icon } from "./icons.js";
import { button, element, find, reorder, setText } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";

/** @import { Act, Action, Card } from "./types.js" */

/** @type {Map<string, string>} The query of each kind of download. */
const DOWNLOADS = new Map([
  ["download", ""],
  ["download_plain", "?plain=1"],
]);

export class ActionBar {
  #act;
  /** @type {Map<string, HTMLElement>} */
  #controls = new Map();
  /** @type {Card | null} */
  #card = null;

  /**
   * @param {HTMLElement} root
   * @param {Act} act
   */
  constructor(root, act) {
    this.root = root;
    this.#act = act;
  }

  /**
   * Show these actions; controls that stay are reused.
   * @param {Card} card
   * @param {Action[]} actions
   */
  show(card, actions = card.actions) {
    this.#card = card;
    const known = this.#controls;
    this.#controls = new Map(
      actions.map((action) => [action.verb, known.get(action.verb) ?? this.#control(action)]),
    );
    for (const action of actions) this.#update(action, card);
    reorder(this.root, [...this.#controls.values()]);
  }

  /** @returns {HTMLElement[]} in display order */
  get controls() {
    return [...this.#controls.values()];
  }

  /** @param {Action} action */
  #control(action) {
    const content = [icon(action.icon || action.verb), element("span", "kx-grid-label")];
    if (DOWNLOADS.has(action.verb)) {
      const link = element("a", "kx-grid-action", ...content);
      link.dataset.verb = action.verb;
      return link;
    }
    const made = button("kx-grid-action", ...content);
    made.dataset.verb = action.verb;
    made.addEventListener("click", () => {
      if (this.#card) this.#act(action.verb, this.#card, made);
    });
    return made;
  }

  /**
   * @param {Action} action
   * @param {Card} card
   */
  #update({ verb, label, disabled_reason: reason }, card) {
    const control = this.#controls.get(verb);
    if (!control) return;
    control.title = reason || label;
    control.setAttribute("aria-label", reason ? `${label}: ${reason}` : label);
    // Not `disabled`: a press says why, and the focus stays when it can be done.
    if (reason) control.setAttribute("aria-disabled", "true");
    else control.removeAttribute("aria-disabled");
    setText(find(control, ".kx-grid-label"), label);
    if (verb === "more") control.setAttribute("aria-haspopup", "menu");
    if (verb === "star") this.press("star", Boolean(card.starred));
    if (!(control instanceof HTMLAnchorElement)) return;
    const url = appUrl(card.download_url ?? card.picture_url);
    if (url) control.href = url + (DOWNLOADS.get(verb) ?? "");
    control.download = card.file_name ?? "";
  }

  /**
   * @param {string} verb
   * @param {boolean} isPressed
   */
  press(verb, isPressed) {
    this.#controls.get(verb)?.setAttribute("aria-pressed", String(isPressed));
  }
}
