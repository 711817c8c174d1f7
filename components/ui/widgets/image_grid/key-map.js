/**
 * What each key does on a card, on the page and in the lightbox alike. Touches no document.
 */

/** @import { Card } from "./types.js" */

/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">} KeyPress */

/** The verb of a key; it is done only if the card offers it. */
const KEY_VERBS = new Map([
  ["Delete", "delete"],
  ["s", "star"],
  ["e", "edit"],
  ["/", "change"],
  ["r", "remix"],
  ["c", "copy_prompt"],
  ["l", "lineage"],
  ["v", "compare"],
]);

const COMPOSING_KEY_CODE = 229; // all that WebKit says of the Enter that ends a composition

/** What a key does with all selected cards; each card's other verbs need one card. */
const BULK_VERBS = new Set(["delete", "star", "compare"]);

/** @typedef {readonly (readonly [string, string])[]} Shortcuts keys and what they do, for the list */

/** @type {Shortcuts} */
const VERB_SHORTCUTS = [
  ["S", "Star"],
  ["E", "Edit this"],
  ["/", "Change… in place"],
  ["R", "Remix"],
  ["C", "Copy prompt"],
  ["V", "Compare with its source"],
  ["L", "Lineage"],
  ["Del", "Delete"],
  ["Ctrl+Z", "Undo"],
];

/** @type {Shortcuts} Of the picture under the mouse, or with the focus. */
const CARD_SHORTCUTS = [["Arrows", "From picture to picture"], ["Enter", "Open"], ...VERB_SHORTCUTS];

/** @type {Shortcuts} */
const SELECT_SHORTCUTS = [
  ["X or Space", "Select"],
  ["Ctrl+A", "All shown"],
  ["Shift+click", "Up to here"],
  ["Drag", "What it touches"],
  ["S, V, Del", "Star, compare or delete them"],
];

/** @type {Shortcuts} */
export const LIGHTBOX_SHORTCUTS = [
  ["← →", "Picture before and after"],
  ["↑ ↓", "Between variants"],
  ["[ ]", "Step before and after"],
  ["+ − 0", "Zoom"],
  ...VERB_SHORTCUTS,
];

/**
 * @param {boolean} canSelect
 * @returns {{title: string, rows: Shortcuts}[]}
 */
export function cardShortcuts(canSelect) {
  const cards = { title: "The picture under the mouse", rows: CARD_SHORTCUTS };
  return canSelect ? [cards, { title: "Several pictures", rows: SELECT_SHORTCUTS }] : [cards];
}

/**
 * @param {Pick<KeyboardEvent, "key">} event
 * @returns {string} the key as without Shift or Caps Lock
 */
export function normalizedKey({ key }) {
  return key.length === 1 ? key.toLowerCase() : key;
}

/**
 * @param {Pick<KeyboardEvent, "key">} event
 * @param {Pick<Card, "actions">} card
 * @returns {string | undefined} what the key asks to be done with the card
 */
export function verbForKey(event, card) {
  const verb = KEY_VERBS.get(normalizedKey(event));
  return card.actions.some((action) => action.verb === verb) ? verb : undefined;
}

/**
 * @param {KeyPress} event
 * @returns {boolean}
 */
export function isUndo(event) {
  return hasModifier(event) && !event.shiftKey && normalizedKey(event) === "z";
}

/**
 * @param {Pick<KeyboardEvent, "key">} event
 * @param {{verb: string}[]} actions those that are offered for several cards
 * @returns {string | undefined} what the key asks to be done with all selected cards
 */
export function bulkVerbForKey(event, actions) {
  const verb = KEY_VERBS.get(normalizedKey(event)) ?? "";
  return BULK_VERBS.has(verb) && actions.some((action) => action.verb === verb) ? verb : undefined;
}

/** @typedef {"undo" | "all" | "toggle" | "clear" | "open"} CardCommand */

/**
 * @param {KeyPress} event on a card or one of its buttons
 * @param {object} state
 * @param {boolean} state.isOnCard whether the card itself has the focus
 * @param {boolean} state.canSelect
 * @param {boolean} state.isSelecting
 * @param {boolean} state.hasImage whether the card has an image to open
 * @returns {CardCommand | "none" | null} null for a key that may move or act, "none" for one that
 *   belongs to the browser
 */
export function cardCommand(event, { isOnCard, canSelect, isSelecting, hasImage }) {
  const key = normalizedKey(event);
  if (isUndo(event)) return "undo";
  if (hasModifier(event)) return key === "a" && canSelect ? "all" : "none";
  if (key === "x" || (key === " " && isOnCard)) return "toggle";
  if (key === "Escape" && isSelecting) return "clear";
  if (key === "Enter" && isOnCard && hasImage) return "open";
  return null;
}

/**
 * All other keys are text. An input method's own Enter and Esc end what it composes.
 * @param {Pick<KeyboardEvent, "key" | "isComposing" | "keyCode">} event in the field "Change…"
 * @returns {"send" | "leave" | null}
 */
export function fieldCommand({ key, isComposing, keyCode }) {
  if (isComposing || keyCode === COMPOSING_KEY_CODE) return null;
  if (key === "Enter") return "send";
  return key === "Escape" ? "leave" : null;
}

/** @typedef {"previous" | "next" | "previous-variant" | "next-variant"} Step */
/** @typedef {Step | "step-before" | "step-after" | "first" | "last" | "zoom-in" | "zoom-out" | "zoom-reset"} LightboxCommand */

/** @type {ReadonlyMap<string, LightboxCommand>} */
const LIGHTBOX_KEYS = new Map([
  ["ArrowLeft", "previous"],
  ["ArrowRight", "next"],
  ["ArrowUp", "previous-variant"],
  ["ArrowDown", "next-variant"],
  ["[", "step-before"],
  ["]", "step-after"],
  ["Home", "first"],
  ["End", "last"],
  ["+", "zoom-in"],
  ["=", "zoom-in"],
  ["-", "zoom-out"],
  ["0", "zoom-reset"],
]);

/**
 * @param {Pick<KeyboardEvent, "key">} event while the lightbox is open
 * @returns {LightboxCommand | undefined} undefined for a key that may be a card's verb
 */
export function lightboxCommand(event) {
  return LIGHTBOX_KEYS.get(event.key);
}

/** @param {KeyPress} event */
function hasModifier(event) {
  return event.ctrlKey || event.metaKey;
}
