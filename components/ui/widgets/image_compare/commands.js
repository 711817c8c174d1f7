/**
 * What each key asks of the viewer. Touches no document.
 */

/**
 * @typedef {"left" | "right" | "up" | "down"} Direction
 * @typedef {"in" | "out" | "fit" | "full" | "play" | "peek" | "swap" | "next" | "start" | "end"} Simple
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

/** @type {readonly (readonly [string, string])[]} Keys and what they do, for the list. */
export const COMPARE_SHORTCUTS = [
  ["1 2 3 4", "Slider, side by side, blink, difference"],
  ["M", "The next of them"],
  ["X", "Swap before and after"],
  ["B", "Hold to see the before"],
  ["← →", "Move the divider, or the zoomed picture"],
  ["+ − 0", "Zoom"],
  ["F", "Full screen"],
];

/**
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "repeat">} event
 * @param {boolean} isOnButton whether a button has the focus, which Space then presses
 * @returns {Command | null}
 */
export function commandForKey(event, isOnButton) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const direction = DIRECTIONS.get(event.key);
  if (direction) return { name: direction, amount: event.shiftKey ? 10 : 1 };
  if (/^[1-4]$/.test(event.key)) return { name: "mode", index: Number(event.key) - 1 };
  const name = SIMPLE.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (!name || (name === "full" && event.repeat) || (name === "play" && isOnButton)) return null;
  return { name };
}
