/**
 * Letters that Streamlit has not been told of yet outlive a reload of the tab: they are kept in
 * it until the box is left, and put back when the page is there again.
 */

import { boxOf, fill } from "./box.js";

const MOST_FRAMES = 300;

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
 * Put back what was typed before the page was loaded, once its box is drawn.
 * @param {string} key
 * @param {number} [frames] how often it is still looked for
 */
export function putBackUnsent(key, frames = MOST_FRAMES) {
  const text = sessionStorage.getItem(unsentName(key));
  if (text === null || frames === 0) return;
  const box = boxOf(key);
  if (!box) {
    requestAnimationFrame(() => putBackUnsent(key, frames - 1));
    return;
  }
  forgetUnsent(key);
  if (box.value === text) return;
  fill(box, text);
  box.blur(); // Streamlit now takes it over
}
