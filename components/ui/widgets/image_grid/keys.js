/**
 * What each key does on a card, on the page and in the lightbox alike, and the list of them.
 */

import { nextCard } from "./grid-navigation.js";
import { element } from "../shared/dom.js";

/** @type {Record<string, string>} verb by key; it is done only where the card offers it */
const KEY_VERBS = { Delete: "delete", s: "star", e: "edit", r: "remix", c: "copy_prompt", l: "lineage", v: "compare" };

const KEY_WORDS = [
  ["Arrows", "From picture to picture"],
  ["Enter", "Open, Esc returns"],
  ["X or Space", "Select"],
  ["Ctrl+A", "Select all shown"],
  ["Shift+click", "Select up to here"],
  ["S", "Star"],
  ["E", "Edit this"],
  ["R", "Remix"],
  ["C", "Copy prompt"],
  ["V", "Compare with its source"],
  ["L", "Lineage"],
  ["Del", "Delete"],
  ["Ctrl+Z", "Undo"],
  ["↑ ↓", "Between variants, in the open picture"],
  ["+ − 0", "Zoom, in the open picture"],
];

/** @param {KeyboardEvent} event */
const keyOf = ({ key }) => (key.length === 1 ? key.toLowerCase() : key); // as with Shift or Caps Lock

/**
 * @param {KeyboardEvent} event
 * @param {Card} card
 * @returns {string | undefined} what the key asks to be done with the card
 */
export function verbOfKey(event, card) {
  const verb = KEY_VERBS[keyOf(event)];
  return card.row.some((action) => action.verb === verb) ? verb : undefined;
}

/** @param {KeyboardEvent} event */
export function isUndo(event) {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
}

/** @returns {HTMLElement[]} a button, and the list that it opens */
export function keyHelp() {
  const rows = KEY_WORDS.flatMap(([key, words]) => [element("dt", "", key), element("dd", "", words)]);
  const list = element("dl", "kx-grid-menu kx-grid-shortcuts", ...rows);
  list.popover = "auto";
  const button = element("button", "kx-grid-tool", "?");
  Object.assign(button, { type: "button", title: "Keyboard shortcuts (?)", popoverTargetElement: list });
  button.setAttribute("aria-label", "Keyboard shortcuts");
  list.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    const at = button.getBoundingClientRect();
    list.style.left = `${Math.max(8, Math.min(at.right - list.offsetWidth, innerWidth - list.offsetWidth - 8))}px`;
    list.style.top = `${at.bottom + 6}px`;
  });
  return [button, list];
}

/**
 * @param {ImageGrid} sheet
 * @param {KeyboardEvent} event
 * @param {CardView} view that has the focus
 * @returns {boolean} whether the key meant anything here
 */
export function doKey(sheet, event, view) {
  const { selection } = sheet;
  const onCard = event.target === view.element;
  const key = keyOf(event);
  if (isUndo(event)) sheet.undo();
  else if (event.ctrlKey || event.metaKey) {
    if (key !== "a" || !selection.canSelect) return false;
    selection.takeAll();
  } else if (key === "x" || (key === " " && onCard)) selection.toggle(view.card.id);
  else if (key === "Escape" && selection.isOn) selection.clear();
  else if (key === "?") sheet.tools.querySelector("[popover]")?.showPopover();
  else if (key === "Enter" && onCard && view.hasPicture) sheet.openLightbox(view.card.id);
  else return goOrAct(sheet, event, view);
  return true;
}

function goTo(sheet, from, to, isSelecting) {
  const { selection } = sheet;
  if (isSelecting && !selection.anchor) selection.toggle(from.card.id);
  if (isSelecting) selection.takeRange(to.card.id);
  sheet.focusCard(to);
}

function goOrAct(sheet, event, view) {
  const to = nextCard(sheet.order, view, event.key);
  const verb = verbOfKey(event, view.card);
  if (to) goTo(sheet, view, to, event.shiftKey);
  else if (verb) sheet.act(verb, view.card);
  return Boolean(to || verb);
}
