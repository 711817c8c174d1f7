/**
 * Letters that Streamlit has not been told of yet outlive a reload of the tab: they are kept in
 * it until the box is left, and put back when the page is there again.
 */

import { fill, whenDrawn } from "./box.js";

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
