/**
 * What each key asks of the viewer. Touches no document.
 */

/**
 * @typedef {"left" | "right" | "up" | "down"} Direction
 * @typedef {"in" | "out" | "fit" | "full" | "play" | "peek" | "swap" | "next" | "start" | "end"
 *   | "undo" | "redo" | "smaller" | "larger"} Simple
 * @typedef {{name: Direction, amount: number} | {name: "mode", index: number}
 *   | {name: Simple}} Command
 */

/** @type {Map<string, Direction>} */
const DIRECTIONS = new Map([
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
]);
/** @type {Map<string, Simple>} */
const SIMPLE = new Map([
  ["Home", "start"],
  ["End", "end"],
  ["b", "peek"],
  ["m", "next"],
  ["x", "swap"],
  ["f", "full"],
  ["+", "in"],
  ["=", "in"],
  ["-", "out"],
  ["_", "out"],
  ["0", "fit"],
  [" ", "play"],
]);
/** @type {Map<string, Simple>} */
const SIZES = new Map([
  ["[", "smaller"],
  ["]", "larger"],
]);

/** @type {readonly (readonly [string, string])[]} Keys and what they do, for the list. */
export const COMPARE_SHORTCUTS = [
  ["1 2 3 4 5", "Slider, side by side, blink, difference, changes"],
  ["M", "The next of them"],
  ["X", "Swap before and after"],
  ["B", "Hold to see the before"],
  ["← →", "Move the divider, or the zoomed picture"],
  ["+ − 0", "Zoom"],
  ["F", "Full screen"],
  ["[ ]", "In changes: a smaller and a larger brush"],
];

/**
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "repeat">} event
 * @param {boolean} isOnButton whether a button has the focus, which Space then presses
 * @returns {Command | null}
 */
export function commandForKey(event, isOnButton) {
  const size = SIZES.get(event.key);
  if (size) return { name: size }; // AltGr counts as Ctrl and Alt
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return stepCommand(event);
  const direction = DIRECTIONS.get(event.key);
  if (direction) return { name: direction, amount: event.shiftKey ? 10 : 1 };
  if (/^[1-5]$/.test(event.key)) return { name: "mode", index: Number(event.key) - 1 };
  const name = SIMPLE.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (!name || (name === "full" && event.repeat) || (name === "play" && isOnButton)) return null;
  return { name };
}

/**
 * @param {Pick<KeyboardEvent, "key" | "shiftKey">} event with Ctrl or Cmd
 * @returns {Command | null}
 */
function stepCommand({ key, shiftKey }) {
  if (key.toLowerCase() === "z") return { name: shiftKey ? "redo" : "undo" };
  return key.toLowerCase() === "y" ? { name: "redo" } : null;
}
