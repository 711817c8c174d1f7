/**
 * Looks whether the page is there, and says so when it is not.
 */

import { closeConnectionDialog } from "../connection-dialog.js";
import { queueEarlyClicks } from "../click-replay.js";
import { isIdle } from "../script-idle.js";
import { mountComponent } from "../mount.js";

const LOOK_MS = 250;
const LONGEST_PAUSE_MS = 30_000; // a page that cannot be drawn is not asked for all the time

class Watchdog {
  constructor() {
    this.listening = new AbortController();
    queueEarlyClicks(this.listening.signal);
    closeConnectionDialog(this.listening.signal);
    this.pause = LOOK_MS;
    this.askAt = 0;
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** @param {{data: {landmarks: string}, setTriggerValue: Function}} component */
  update(component) {
    this.component = component;
  }

  look() {
    const now = performance.now();
    if (document.querySelector(this.component.data.landmarks)) {
      this.pause = LOOK_MS;
    } else if (now >= this.askAt && isIdle()) {
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
      this.askAt = now + this.pause;
      this.component.setTriggerValue("blank", true);
    }
  }

  destroy() {
    this.listening.abort();
    clearInterval(this.timer);
  }
}

export default mountComponent(() => new Watchdog());
