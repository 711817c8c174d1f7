/**
 * Keys that mean something wherever the focus is, and the list of them. What has the focus gets a
 * key first; then the parts of the innermost layer that is open, the newest part first.
 */

import { element } from "./dom.js";
import { focusOf, isFree, isLeave } from "./key-rules.js";
import { closeDialog, openDialog } from "../../streamlit_internals/dialog-focus.js";

/** @typedef {{title: string, rows: readonly (readonly [string, string])[]}} KeyGroup for the list */

/**
 * @typedef {object} KeyReceiver a part of the page that has keys
 * @property {HTMLElement} root gets keys only while it is visible
 * @property {() => KeyGroup[]} keys those that mean something now
 * @property {(event: KeyboardEvent) => boolean} [onKey] whether the key meant anything
 * @property {() => boolean} [leave] whether there was something to leave
 */

const OPEN_POPOVER = '[popover="auto"]:popover-open';
/** @type {KeyGroup} */
const EVERYWHERE = {
  title: "Everywhere",
  rows: [
    ["Esc or Z", "Leave what is open"],
    ["?", "This list"],
  ],
};

/** @type {KeyReceiver[]} */
const receivers = [];

/**
 * @param {KeyReceiver} receiver
 * @returns {() => void} ends it
 */
export function receiveKeys(receiver) {
  receivers.push(receiver);
  return () => {
    const index = receivers.indexOf(receiver);
    if (index >= 0) receivers.splice(index, 1);
  };
}

/** @returns {HTMLElement} what lies over the rest of the page, or the page */
function innermostLayer() {
  const native = [...document.querySelectorAll("dialog[open]")].at(-1);
  /** @type {HTMLElement | null} */
  const full = document.querySelector('[popover="manual"]:popover-open');
  if (document.fullscreenElement instanceof HTMLElement) return document.fullscreenElement;
  if (full) return full;
  return native instanceof HTMLElement ? native : (openDialog() ?? document.body);
}

/** @returns {KeyReceiver[]} in the innermost layer, the newest first */
function active() {
  const layer = innermostLayer();
  return receivers.filter(({ root }) => layer.contains(root) && root.checkVisibility()).reverse();
}

/** @param {EventTarget | null} target */
function focusAt(target) {
  if (!(target instanceof HTMLElement)) return "none";
  return focusOf({
    tag: target.localName,
    type: target instanceof HTMLInputElement ? target.type : "",
    role: target.getAttribute("role") ?? "",
    isEditable: target.isContentEditable,
  });
}

/** @param {Event} event */
function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/**
 * Captured: what lies below a popover would react to the same press.
 * @param {KeyboardEvent} event
 */
function leavePopover(event) {
  if (event.key !== "Escape" || event.isComposing) return;
  /** @type {HTMLElement | undefined} */
  const innermost = [...document.querySelectorAll(OPEN_POPOVER)].filter((found) => found instanceof HTMLElement).at(-1);
  if (!innermost) return;
  take(event);
  innermost.hidePopover();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented) return;
  const isTaken = handle(event);
  if (isTaken) event.preventDefault();
  // Below the open picture lie keys of Streamlit, such as the one that submits the form.
  if (isTaken || innermostLayer() instanceof HTMLDialogElement) event.stopPropagation();
}

/**
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it meant anything
 */
function handle(event) {
  const focus = focusAt(event.target);
  if (event.key === "Escape" && focus === "text") return leaveText(event);
  if (!isFree(event, focus)) return false;
  if (event.key === "?") return toggleKeyList();
  if (isLeave(event) && leave(event)) return true;
  return active().some((receiver) => receiver.onKey?.(event));
}

/**
 * So that the page's keys can be used after typing; other boxes have an Esc of their own.
 * @param {KeyboardEvent} event
 */
function leaveText({ target, isComposing }) {
  if (isComposing || !(target instanceof HTMLTextAreaElement) || innermostLayer() !== document.body) return false;
  target.blur();
  return true;
}

/**
 * @param {KeyboardEvent} event
 * @returns {boolean} whether this script left something; the browser and Streamlit leave the rest
 */
function leave({ key, target }) {
  /** @type {HTMLElement | null} */
  const popover = document.querySelector(OPEN_POPOVER);
  if (popover) {
    popover.hidePopover();
    return true;
  }
  if (active().some((receiver) => receiver.leave?.())) return true;
  const layer = innermostLayer();
  if (layer === document.body || layer === document.fullscreenElement) return false;
  // Esc reaches a native dialog wherever the focus is, and Streamlit's only from within.
  const isLeftByItself = layer instanceof HTMLDialogElement || (target instanceof Node && layer.contains(target));
  if (key === "Escape" && isLeftByItself) return false;
  if (layer instanceof HTMLDialogElement) layer.close();
  else closeDialog();
  return true;
}

/** @type {HTMLElement | null} */
let shownList = null;

/**
 * Show the keys that mean something here and now, or hide them.
 * @param {HTMLElement} [opener] it stands below it, else in the middle
 * @returns {true}
 */
export function toggleKeyList(opener) {
  const wasShown = shownList?.matches(":popover-open");
  shownList?.remove();
  shownList = null;
  if (wasShown) return true;
  const groups = [...active().reverse().flatMap((receiver) => receiver.keys()), EVERYWHERE];
  const list = element("div", "kx-keys", ...groups.map(keyGroup));
  list.popover = "auto";
  list.tabIndex = -1;
  list.setAttribute("role", "dialog");
  list.setAttribute("aria-label", "Keyboard shortcuts");
  list.addEventListener("toggle", () => list.matches(":popover-open") || list.remove());
  const layer = innermostLayer();
  (layer === document.body ? (document.querySelector(".stApp") ?? layer) : layer).append(list);
  list.showPopover();
  if (opener) place(list, opener);
  list.focus();
  shownList = list;
  return true;
}

/** @param {KeyGroup} group */
function keyGroup({ title, rows }) {
  const lines = rows.map(([keys, text]) => element("div", "kx-keys-row", element("dt", "", keys), element("dd", "", text)));
  return element("section", "kx-keys-group", element("h2", "", title), element("dl", "", ...lines));
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} opener
 */
function place(list, opener) {
  const { right, bottom } = opener.getBoundingClientRect();
  const left = Math.max(8, Math.min(right - list.offsetWidth, innerWidth - list.offsetWidth - 8));
  Object.assign(list.style, { margin: "0", inset: `${bottom + 6}px auto auto ${left}px` });
}

window.addEventListener("keydown", leavePopover, { capture: true });
// Not on the document: Streamlit's own one-letter keys listen there.
document.body.addEventListener("keydown", onKey);
