/**
 * Which earlier prompt Alt with an arrow key shows, as in a shell. Touches no document.
 */
export class PromptHistoryKeys {
  #typed = "";
  /** @type {string | null} */
  #shown = null;
  #index = 0;

  /** The next step starts from what is in the box then. */
  restart() {
    this.#typed = "";
    this.#shown = null;
    this.#index = 0;
  }

  /**
   * @param {1 | -1} by 1 is towards older prompts
   * @param {string} value what is in the box; a text that was typed there is kept as the start
   * @param {string[]} prompts newest first
   * @returns {string | null} what to show, or null at either end
   */
  step(by, value, prompts) {
    if (value !== this.#shown) {
      this.#typed = value;
      this.#index = 0;
    }
    const entries = [this.#typed, ...prompts.filter((prompt) => prompt !== this.#typed)];
    const shown = entries[this.#index + by];
    if (shown === undefined) return null;
    this.#index += by;
    this.#shown = shown;
    return shown;
  }
}
