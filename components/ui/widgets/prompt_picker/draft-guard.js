/**
 * Letters that Python has not been told of yet outlive a reload of the tab: they are kept in it
 * until Python says that it has them, and put back when the page is there again.
 */

import { boxOf, fill, whenDrawn } from "../../streamlit_internals/text-area.js";

/** @param {string} key */
const unsentName = (key) => `kontext.unsent.${key}`;

/** @param {string} key @param {string} text */
export function keepUnsent(key, text) {
  sessionStorage.setItem(unsentName(key), text);
}

/** @param {string} key */
export function forgetUnsent(key) {
  sessionStorage.removeItem(unsentName(key));
}

/**
 * Forget the letters once Python has them, or has put others into a box that nobody writes in.
 * @param {string} key
 * @param {string} known what Python has now
 */
export function settleUnsent(key, known) {
  const text = sessionStorage.getItem(unsentName(key));
  if (text === known || boxOf(key) !== document.activeElement) forgetUnsent(key);
}

/**
 * Put back what was typed before the page was loaded, once its box is drawn. Who is quicker than
 * this script, and types already, goes on.
 * @param {string} key
 */
export function putBackUnsent(key) {
  whenDrawn(key, (box) => {
    if (box === document.activeElement && box.value) {
      keepUnsent(key, box.value);
      return;
    }
    const text = sessionStorage.getItem(unsentName(key));
    forgetUnsent(key);
    if (text === null || box.value === text) return;
    fill(box, text);
    box.blur(); // Streamlit now takes it over
  });
}
