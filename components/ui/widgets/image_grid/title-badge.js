/**
 * Tells a designer who looks elsewhere: the count in the tab's title, and words for a screen
 * reader.
 */

import { WAITING_STATES } from "./card.js";

/** Ids of pictures that became done while the tab was hidden. */
export const unreadIds = new Set();

/** Write the count before the title; Streamlit writes the title anew at a rerun. */
export function showUnseen() {
  const bare = document.title.replace(/^\(\d+\) /, "");
  const title = unreadIds.size ? `(${unreadIds.size}) ${bare}` : bare;
  if (document.title !== title) document.title = title;
}

function forgetUnseen() {
  if (document.hidden || !unreadIds.size) return;
  unreadIds.clear();
  showUnseen();
}

document.addEventListener("visibilitychange", forgetUnseen);
window.addEventListener("focus", forgetUnseen);

/**
 * @param {Card | undefined} before
 * @param {Card} after
 * @returns {string} what to announce, empty when nothing ended
 */
export function announcement(before, after) {
  const ended = before && WAITING_STATES.has(before.state) && !WAITING_STATES.has(after.state);
  if (!ended) return "";
  // Far from the screen it comes bare, and says nothing of itself.
  const what = after.state === "done" ? "Picture done" : (after.headline ?? after.state_word ?? "Not done");
  return `${what}: ${before.prompt}`;
}
