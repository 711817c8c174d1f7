/**
 * Keyboard control of the cards on the page.
 */

import { nextIndex } from "./grid-navigation.js";
import { bulkVerbForKey, cardCommand, isUndo, verbForKey } from "./key-map.js";

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
  const { target } = event;
  const isOnButton = target instanceof Node && target !== view.element && view.element.contains(target);
  const command = cardCommand(event, {
    isOnCard: !isOnButton,
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
    case "open":
      targets.open(view.card.id);
      return true;
    default:
      return move(event, view, list, selection) || actOnSelected(event, selection) || act(event, view, targets);
  }
}

/**
 * A key that was pressed with the focus elsewhere means the card under the mouse, or the selection.
 * @param {KeyboardEvent} event
 * @param {KeyTargets} targets
 * @returns {boolean} whether the key meant anything here
 */
export function handlePageKey(event, targets) {
  const { list, selection } = targets;
  if (!list.order.length) return false;
  if (isUndo(event)) {
    targets.undo();
    return true;
  }
  const pointed = list.pointed;
  // Up and Down scroll the page until a card has the focus.
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    list.focus(pointed ?? list.firstVisible);
    return true;
  }
  const isMove = event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  if (isMove || event.key === " ") return false;
  const first = list.order[0];
  if (event.ctrlKey || event.metaKey) return first ? handleCardKey(event, first, targets) : false;
  return pointed ? handleCardKey(event, pointed, targets) : actOnSelected(event, selection);
}

/**
 * @param {KeyboardEvent} event
 * @param {Selection} selection
 */
function actOnSelected(event, selection) {
  const verb = selection.count ? bulkVerbForKey(event, selection.actions) : undefined;
  if (verb) selection.act(verb);
  return Boolean(verb);
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
