/**
 * Ticks the seconds of waiting cards, only while one waits.
 */

/**
 * @typedef {object} Ticking
 * @property {boolean} isTicking
 * @property {(now: number) => void} tick
 */

export class Clock {
  #views;
  #aheadMs = 0;
  /** @type {number | undefined} */
  #timer;

  /** @param {() => Ticking[]} views */
  constructor(views) {
    this.#views = views;
  }

  /** @param {number | undefined} serverMs the server's time; browsers may be minutes off */
  set(serverMs) {
    this.#aheadMs = serverMs ? serverMs - Date.now() : 0;
  }

  /** @returns {number} epoch milliseconds by the server's clock */
  get now() {
    return Date.now() + this.#aheadMs;
  }

  tick() {
    clearTimeout(this.#timer);
    const waiting = this.#views().filter((view) => view.isTicking);
    for (const view of waiting) view.tick(this.now);
    if (waiting.length) this.#timer = setTimeout(() => this.tick(), 1000);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
