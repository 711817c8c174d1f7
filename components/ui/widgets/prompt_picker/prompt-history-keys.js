/**
 * A walk through earlier prompts, as in a shell; what was being typed waits where it began.
 */
export class HistoryCursor {
  constructor() {
    this.restart();
  }

  /** The next step begins at what stands in the box then. */
  restart() {
    this.typed = "";
    this.shown = null;
    this.place = 0;
  }

  /**
   * @param {1 | -1} by 1 is towards older prompts
   * @param {string} value what stands in the box
   * @param {string[]} prompts newest first
   * @returns {string | null} what to show, or null at either end
   */
  step(by, value, prompts) {
    if (value !== this.shown) {
      this.typed = value;
      this.place = 0;
    }
    const stops = [this.typed, ...prompts.filter((prompt) => prompt !== this.typed)];
    const place = this.place + by;
    if (place < 0 || place >= stops.length) return null;
    this.place = place;
    this.shown = stops[place];
    return this.shown;
  }
}
