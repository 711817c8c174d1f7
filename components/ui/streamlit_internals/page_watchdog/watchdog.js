/**
 * Checks whether the page is on the screen, and tells Python when it is not.
 */

import { closeConnectionDialog } from "../connection-dialog.js";
import { askBeforePaying, showDoor } from "../identity-check.js";
import { mountComponent } from "../mount.js";
import { isIdle, takeLostPress } from "../script-idle.js";
import { letTextLeaveFirst } from "../text-before-page.js";
import { keepToastsOnTop } from "../toast-layer.js";

/** @import { Component } from "../streamlit.js" */

const CHECK_MS = 250;
const DISCONNECTED = '.stApp:not([data-test-connection-state="CONNECTED"])';
const ASK_AGAIN_MS = 3_000;
const MAX_PAUSE_MS = 30_000; // a page that cannot be drawn is not requested all the time

class Watchdog {
  #listening = new AbortController();
  #pause = CHECK_MS;
  #retryAt = 0;
  #askAt = 0;
  #timer = setInterval(() => this.#check(), CHECK_MS);
  /** @type {Component<{landmarks: string, person: string}> | null} */
  #component = null;

  constructor() {
    letTextLeaveFirst(this.#listening.signal);
    closeConnectionDialog(this.#listening.signal);
    keepToastsOnTop(this.#listening.signal);
    askBeforePaying(
      this.#listening.signal,
      () => this.#component?.data.person ?? "",
      () => {
        // What Python says stands on the page, below an open picture.
        for (const dialog of document.querySelectorAll("dialog")) dialog.close();
        this.#component?.setTriggerValue("stranger", true);
      },
    );
  }

  /** @param {Component<{landmarks: string, person: string}>} component */
  update(component) {
    this.#component = component;
  }

  #check() {
    if (!this.#component) return;
    const now = performance.now();
    if (now >= this.#askAt && document.querySelector(DISCONNECTED)) {
      this.#askAt = now + ASK_AGAIN_MS;
      showDoor();
    }
    if (document.querySelector(this.#component.data.landmarks)) {
      this.#pause = CHECK_MS;
      const age = isIdle() ? takeLostPress() : null;
      if (age !== null) this.#component.setTriggerValue("lost_press", age / 1000);
    } else if (now >= this.#retryAt && isIdle()) {
      this.#pause = Math.min(2 * this.#pause, MAX_PAUSE_MS);
      this.#retryAt = now + this.#pause;
      this.#component.setTriggerValue("blank", true);
    }
  }

  destroy() {
    this.#listening.abort();
    clearInterval(this.#timer);
  }
}

export default mountComponent(() => new Watchdog());
