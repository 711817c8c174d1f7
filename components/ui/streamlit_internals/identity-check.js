/**
 * Asks the server who this browser is before a press that costs money.
 *
 * A tab whose cookie was deleted stays open, and its socket stays the old person's: what it makes
 * could be shown to nobody. No script can read the cookie, so the server is asked.
 */

import { holdMessages } from "./message-hold.js";
import { recordPress } from "./script-idle.js";
import { appUrl } from "../widgets/shared/urls.js";

/** Event of the window: what was pressed and has not been sent must not be sent any more. */
export const STRANGER = "kx-stranger";

const STREAMLIT_BUTTON =
  '.st-key-generate-submit button, .st-key-edit-submit button, [class*="st-key-example-"] button';
const PAID_BUTTON = `${STREAMLIT_BUTTON}, [data-verb="send"], [data-verb="retry"], .kx-change-send`;
const MAX_WAIT_MS = 3_000;

const messages = holdMessages();

/**
 * @param {Event} event
 * @returns {boolean} whether it costs money
 */
function isPaid(event) {
  if (event instanceof KeyboardEvent) return event.key === "Enter" && (event.ctrlKey || event.metaKey);
  return event.target instanceof Element && event.target.closest(PAID_BUTTON) !== null;
}

/**
 * @param {Event} event that is paid
 * @returns {boolean} whether only Streamlit sends it: our own widgets send an action until it arrives
 */
function isSentOnce(event) {
  if (!(event.target instanceof Element)) return false;
  if (event instanceof KeyboardEvent) return event.target.closest(".kx-change") === null;
  return event.target.closest(STREAMLIT_BUTTON) !== null;
}

/**
 * @param {Response} response
 * @returns {boolean} whether the server lets this browser in no more
 */
function isDoor(response) {
  return response.status === 401 || response.status === 403;
}

/**
 * Load the page again where the server has closed its socket because nobody is let in any more:
 * what is loaded says why, and where to sign in.
 */
export async function showDoor() {
  try {
    const signal = AbortSignal.timeout(MAX_WAIT_MS);
    const response = await fetch(appUrl("who") ?? "", { cache: "no-store", signal });
    if (isDoor(response)) location.reload();
  } catch {
    // The server is away: Streamlit connects again by itself.
  }
}

/**
 * @param {string} person
 * @returns {Promise<boolean>} false only if the server says that it is somebody else by now
 */
async function isSamePerson(person) {
  try {
    const signal = AbortSignal.timeout(MAX_WAIT_MS);
    const response = await fetch(appUrl("who") ?? "", { cache: "no-store", signal });
    if (isDoor(response)) return false;
    return !response.ok || (await response.text()) === person;
  } catch {
    return true; // nothing is known, and a press does not arrive either
  }
}

/**
 * Hold what each paid press sends until the server has answered.
 * @param {AbortSignal} signal ends it
 * @param {() => string} person the tag of the person whose page this is
 * @param {() => void} onStranger called in place of a press of somebody else
 */
export function askBeforePaying(signal, person, onStranger) {
  async function ask() {
    const isSame = await isSamePerson(person());
    // Streamlit (1.67) sends a press in a timer of 0 ms, which has begun earlier.
    await new Promise((resolve) => setTimeout(resolve));
    if (!isSame) dispatchEvent(new Event(STRANGER));
    return isSame;
  }

  /** @param {Event} event */
  async function hold(event) {
    if (!isPaid(event)) return;
    if (isSentOnce(event)) recordPress();
    const answer = ask();
    await messages.holdUntil(answer);
    if (!(await answer)) onStranger();
  }

  for (const kind of ["click", "keydown"]) addEventListener(kind, hold, { capture: true, signal });
}
