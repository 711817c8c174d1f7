/**
 * Reruns the fragment it is drawn in at an interval, while the tab is visible.
 */

import { mountComponent } from "../mount.js";
import { whenIdle } from "../script-idle.js";

/** @import { Component } from "../streamlit.js" */

class AutoRefresh {
  /** @type {number | undefined} */
  #timer;
  #cancel = () => {};

  /** @param {Component<{seconds: number}>} component */
  update({ data, setTriggerValue }) {
    this.destroy();
    this.#timer = setInterval(() => {
      this.#cancel();
      if (!document.hidden) this.#cancel = whenIdle(() => setTriggerValue("tick", true));
    }, data.seconds * 1000);
  }

  destroy() {
    clearInterval(this.#timer);
    this.#cancel();
  }
}

export default mountComponent(() => new AutoRefresh());
