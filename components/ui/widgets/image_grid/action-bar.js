/**
 * The controls of what can be done with a card: buttons, and a link for the download.
 */

import { icon } from "./icons.js";
import { appUrl } from "../shared/urls.js";
import { reorder, element, setText } from "../shared/dom.js";

/** @type {Record<string, string>} What is asked for with each kind of download. */
const DOWNLOADS = { download: "", download_plain: "?plain=1" };

/**
 * @param {Action} action
 * @param {(verb: string, card: Card, control: HTMLElement) => void} act
 * @returns {HTMLElement} a button, or a link when it is a download
 */
function actionControl(action, act) {
  const isLink = action.verb in DOWNLOADS;
  const control = element(isLink ? "a" : "button", "kx-grid-action", icon(action.icon || action.verb), element("span", "kx-grid-label"));
  control.dataset.verb = action.verb;
  if (!isLink) {
    control.type = "button";
    control.addEventListener("click", () => act(action.verb, control.card, control));
  }
  return control;
}

/** Bring a control up to date with its card. */
function updateActionControl(control, action, card) {
  control.card = card;
  control.title = action.label;
  control.setAttribute("aria-label", action.label);
  setText(control.querySelector(".kx-grid-label"), action.label);
  if (action.verb === "more") control.setAttribute("aria-haspopup", "menu");
  if (action.verb === "star") control.setAttribute("aria-pressed", String(Boolean(card.starred)));
  if (!(action.verb in DOWNLOADS)) return;
  const url = appUrl(card.download_url ?? card.picture_url);
  if (url) control.href = url + DOWNLOADS[action.verb];
  control.download = card.file_name ?? "";
}

/** Fill a bar with a card's actions, reusing the controls that stay. */
export function fillActions(bar, actions, card, act) {
  const present = new Map([...bar.children].map((control) => [control.dataset.verb, control]));
  reorder(
    bar,
    actions.map((action) => {
      const control = present.get(action.verb) ?? actionControl(action, act);
      updateActionControl(control, action, card);
      return control;
    }),
  );
}
