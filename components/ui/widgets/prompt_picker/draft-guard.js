/**
 * Keeps text that Python does not have yet through a reload of the tab or a change of page. It is
 * stored in the tab until Python confirms it, and put back when the page is there again.
 */

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} DraftStorage */

const MAX_SENT = 5; // texts on their way at once

export class DraftGuard {
  #storage;
  #name;
  #oldTextName;
  #sentName;
  #loadsName;

  /**
   * @param {string} key of the text area
   * @param {DraftStorage} [storage]
   */
  constructor(key, storage = sessionStorage) {
    this.#storage = storage;
    this.#name = `kontext.unsent.${key}`;
    this.#oldTextName = `${this.#name}.over`;
    this.#sentName = `${this.#name}.sent`;
    this.#loadsName = `${this.#name}.loads`;
  }

  /** @returns {string[]} texts that were sent and not confirmed, the newest last */
  get #sent() {
    return JSON.parse(this.#storage.getItem(this.#sentName) ?? "[]");
  }

  /** @param {string} text that was typed and not sent */
  keep(text) {
    this.#storage.setItem(this.#name, text);
    this.#storage.removeItem(this.#oldTextName);
  }

  /** The box is left: its text goes to Python, which may have it only after more was typed. */
  send() {
    const draft = this.#storage.getItem(this.#name);
    if (draft === null) return;
    this.#storage.setItem(this.#sentName, JSON.stringify([...this.#sent, draft].slice(-MAX_SENT)));
  }

  discard() {
    for (const name of [this.#name, this.#oldTextName, this.#sentName]) {
      this.#storage.removeItem(name);
    }
  }

  /**
   * The page changes before Python has confirmed the draft. It may be on its way and get lost:
   * Streamlit (1.67) drops it when the page change overtakes it on the server.
   * @param {string} oldText what Python has confirmed last
   */
  leavePage(oldText) {
    const isKept = this.#storage.getItem(this.#name) !== null;
    if (isKept && this.#storage.getItem(this.#oldTextName) === null) {
      this.#storage.setItem(this.#oldTextName, oldText);
    }
  }

  /**
   * Python has put another request into the form: what was typed before is gone for good, whatever
   * the request says. It may say what stood there before the typing.
   * @param {number} loads how often Python has done so in this session
   * @param {{isTyping: boolean}} box whether it has the focus: what is typed now stays
   */
  discardBefore(loads, { isTyping }) {
    const known = Number(this.#storage.getItem(this.#loadsName) ?? 0);
    this.#storage.setItem(this.#loadsName, String(loads));
    if (loads !== 0 && loads !== known && !isTyping) this.discard();
  }

  /**
   * Python has sent its text: discard the draft once they agree, or once Python has put another
   * text into a box that nobody types in. A text that Python sent late, for what was there before,
   * changes nothing.
   * @param {string} currentText what Python has now
   * @param {{text: string | undefined, isTyping: boolean}} box what it shows, and whether it has the
   *   focus; it may be drawn after Python's text
   */
  confirm(currentText, { text, isTyping }) {
    const draft = this.#storage.getItem(this.#name);
    const isReplaced = text !== undefined && !isTyping && draft !== text;
    if (draft === currentText || isReplaced) this.discard();
  }

  /**
   * Take the draft when the page is drawn again.
   * @param {string} currentText what Python has now. The box may still show something else.
   * @param {string} typed what the user already types there, which is then kept; or ""
   * @returns {string | null} the text to put back, or null
   */
  restore(currentText, typed) {
    if (typed) {
      this.keep(typed);
      return null;
    }
    const draft = this.#storage.getItem(this.#name);
    const oldText = this.#storage.getItem(this.#oldTextName);
    const sent = this.#sent;
    this.discard();
    // With another text Python got the draft, or another tab's is in its place.
    const isNewer = oldText === null || oldText === currentText || sent.includes(currentText);
    return isNewer && draft !== currentText ? draft : null;
  }
}
