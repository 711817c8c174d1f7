/**
 * Looks whether the page is there, and says so when it is not.
 */

import { closeConnectionDialog } from "./dialog.js";
import { keepEarlyPresses } from "./hands.js";
import { isQuiet } from "../../widgets/auto_refresh/quiet.js";
import { living } from "../../widgets/shared/living.js";

const LOOK_MS = 250;
const LONGEST_PAUSE_MS = 30_000; // a page that cannot be drawn is not asked for all the time

class Guard {
  constructor() {
    this.listening = new AbortController();
    keepEarlyPresses(this.listening.signal);
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
    } else if (now >= this.askAt && isQuiet()) {
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
      this.askAt = now + this.pause;
      this.component.setTriggerValue("lost", true);
    }
  }

  destroy() {
    this.listening.abort();
    clearInterval(this.timer);
  }
}

export default living(() => new Guard());
