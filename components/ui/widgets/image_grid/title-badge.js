/**
 * The number of images that were done while the tab was hidden, in the tab's title.
 */

/** Ids of images that became done while the tab was hidden. */
export const unreadIds = new Set();

/** Write the number before the title; Streamlit (1.67) resets the title at a rerun. */
export function showUnread() {
  const plain = document.title.replace(/^\(\d+\) /, "");
  const title = unreadIds.size ? `(${unreadIds.size}) ${plain}` : plain;
  if (document.title !== title) document.title = title;
}

function clearUnread() {
  if (document.hidden || !unreadIds.size) return;
  unreadIds.clear();
  showUnread();
}

document.addEventListener("visibilitychange", clearUnread);
window.addEventListener("focus", clearUnread);
