/**
 * Keyboard control of the cards on the page, and the list of shortcuts.
 */

import { nextIndex } from "./grid-navigation.js";
import { SHORTCUTS, cardCommand, verbForKey } from "./key-map.js";
import { button, element } from "../shared/dom.js";

/** @import { CardView } from "./card.js" */
/** @import { CardList } from "./card-list.js" */
/** @import { Selection } from "./selection.js" */
/** @import { Act } from "./types.js" */

/**
 * @typedef {object} KeyTargets what the keys act on
 * @property {CardList} list
 * @property {Selection} selection
 * @property {Act} act
 * @property {() => void} undo
 * @property {() => void} showHelp
 * @property {(id: string) => void} open
 */

/**
 * @param {KeyboardEvent} event on a card or one of its buttons
 * @param {CardView} view of the card
 * @param {KeyTargets} targets
 * @returns {boolean} whether the key meant anything here
 */
export function handleCardKey(event, view, targets) {
  const { list, selection } = targets;
  const command = cardCommand(event, {
    isOnCard: event.target === view.element,
    canSelect: selection.canSelect,
    isSelecting: selection.isOn,
    hasImage: view.hasImage,
  });
  switch (command) {
    case "none":
      return false;
    case "undo":
      targets.undo();
      return true;
    case "all":
      selection.selectAll();
      return true;
    case "toggle":
      selection.toggle(view.card.id);
      return true;
    case "clear":
      selection.clear();
      return true;
    case "help":
      targets.showHelp();
      return true;
    case "open":
      targets.open(view.card.id);
      return true;
    default:
      return move(event, view, list, selection) || act(event, view, targets);
  }
}

/**
 * @param {KeyboardEvent} event
 * @param {CardView} from
 * @param {CardList} list
 * @param {Selection} selection
 */
function move(event, from, list, selection) {
  const isRtl = getComputedStyle(from.element).direction === "rtl";
  /** @param {number} index */
  const place = (index) => list.order[index]?.element.getBoundingClientRect() ?? new DOMRect();
  const { key } = event;
  const index = nextIndex(key, list.order.indexOf(from), list.order.length, isRtl, place);
  const to = index === null ? undefined : list.order[index];
  if (!to) return false;
  if (event.shiftKey) selection.extend(from.card.id, to.card.id);
  list.focus(to);
  return true;
}

/**
 * @param {KeyboardEvent} event
 * @param {CardView} view
 * @param {KeyTargets} targets
 */
function act(event, view, targets) {
  const verb = verbForKey(event, view.card);
  if (verb) targets.act(verb, view.card);
  return Boolean(verb);
}

/** @returns {{opener: HTMLElement, list: HTMLElement}} a button, and the list that it opens */
export function shortcutHelp() {
  const rows = SHORTCUTS.flatMap(([key, text]) => [element("dt", "", key), element("dd", "", text)]);
  const list = element("dl", "kx-grid-menu kx-grid-shortcuts", ...rows);
  list.popover = "auto";
  const opener = button("kx-grid-tool", "?");
  opener.title = "Keyboard shortcuts (?)";
  opener.popoverTargetElement = list;
  opener.setAttribute("aria-label", "Keyboard shortcuts");
  list.addEventListener("toggle", (event) => {
    if (!(event instanceof ToggleEvent) || event.newState !== "open") return;
    const { right, bottom } = opener.getBoundingClientRect();
    const { offsetWidth: width, style } = list;
    style.left = `${Math.max(8, Math.min(right - width, innerWidth - width - 8))}px`;
    style.top = `${bottom + 6}px`;
  });
  return { opener, list };
}
