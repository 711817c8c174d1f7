/**
 * The slots of a template, such as {object}. Touches no document.
 */

const SLOT = /\{[^{}\n]+\}/g;

/**
 * @param {string} text
 * @param {number} from
 * @returns {{start: number, end: number} | null} the first slot from a position on
 */
export function nextSlot(text, from) {
  SLOT.lastIndex = from;
  const slot = SLOT.exec(text);
  return slot && { start: slot.index, end: slot.index + slot[0].length };
}
