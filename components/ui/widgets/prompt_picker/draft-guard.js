/**
 * Keeps text that Python does not have yet through a reload of the tab. It is stored in the tab
 * until Python confirms it, and put back when the page is there again.
 */

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} DraftStorage */

export class DraftGuard {
  #storage;
  #name;

  /**
   * @param {string} key of the text area
   * @param {DraftStorage} [storage]
   */
  constructor(key, storage = sessionStorage) {
    this.#storage = storage;
    this.#name = `kontext.unsent.${key}`;
  }

  /** @param {string} text that was typed and not sent */
  keep(text) {
    this.#storage.setItem(this.#name, text);
  }

  discard() {
    this.#storage.removeItem(this.#name);
  }

  /**
   * Python has sent its text: discard the draft once they agree, or once Python has put another
   * text into a box that nobody types in.
   * @param {string} currentText what Python has now
   * @param {boolean} isTyping whether the box has the focus
   */
  confirm(currentText, isTyping) {
    if (!isTyping || this.#storage.getItem(this.#name) === currentText) this.discard();
  }

  /**
   * Take the draft when the page is drawn again.
   * @param {string} value what is in the box
   * @param {boolean} isTyping whether the user already types there: then their text is kept
   * @returns {string | null} the text to put back, or null
   */
  restore(value, isTyping) {
    if (isTyping && value) {
      this.keep(value);
      return null;
    }
    const draft = this.#storage.getItem(this.#name);
    this.discard();
    return draft === value ? null : draft;
  }
}
