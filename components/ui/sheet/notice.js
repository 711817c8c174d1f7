/**
 * Tells a designer who looks elsewhere: the count in the tab's title, and words for a screen
 * reader.
 */

/** Pictures that became done while the tab was hidden. */
class UnseenCount {
  constructor() {
    this.ids = new Set();
    this.onLook = () => {
      if (document.hidden) return;
      this.ids.clear();
      this.show();
    };
    document.addEventListener("visibilitychange", this.onLook);
    window.addEventListener("focus", this.onLook);
  }

  /** @param {string} id of a picture that is done */
  add(id) {
    if (document.hidden) this.ids.add(id);
  }

  /** Streamlit writes the title anew at a rerun, so this is said after each. */
  show() {
    const bare = document.title.replace(/^\(\d+\) /, "");
    const title = this.ids.size ? `(${this.ids.size}) ${bare}` : bare;
    if (document.title !== title) document.title = title;
  }

  destroy() {
    document.removeEventListener("visibilitychange", this.onLook);
    window.removeEventListener("focus", this.onLook);
    this.ids.clear();
    this.show();
  }
}

/**
 * @param {SheetCard | undefined} before
 * @param {SheetCard} after
 * @returns {string} what to announce, empty when nothing ended
 */
function endingText(before, after) {
  const ended = before && WAITING_STATES.has(before.state) && !WAITING_STATES.has(after.state);
  if (!ended) return "";
  const what = after.state === "done" ? "Picture done" : after.headline || after.state_word;
  return `${what}: ${after.prompt}`;
}
