/**
 * Seconds pass on the cards that wait, and only while one does.
 */

export class Clock {
  /** @param {() => CardView[]} views */
  constructor(views) {
    this.views = views;
    this.ahead = 0;
  }

  /** @param {number | undefined} serverMs what time it is there; browsers may be minutes away */
  set(serverMs) {
    this.ahead = serverMs ? serverMs - Date.now() : 0;
  }

  tick() {
    clearTimeout(this.timer);
    const waiting = this.views().filter((view) => view.elapsed);
    for (const view of waiting) view.tick(Date.now() + this.ahead);
    if (waiting.length) this.timer = setTimeout(() => this.tick(), 1000);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
