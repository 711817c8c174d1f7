/**
 * A beat: draws the fragment it stands in again and again, while somebody may see it.
 */

import { mountComponent } from "../mount.js";
import { whenIdle } from "../script-idle.js";

class AutoRefresh {
  constructor() {
    this.cancel = () => {};
  }

  /** @param {{data: {seconds: number}, setTriggerValue: Function}} component */
  update({ data, setTriggerValue }) {
    this.destroy();
    this.timer = setInterval(() => {
      this.cancel();
      if (!document.hidden) this.cancel = whenIdle(() => setTriggerValue("tick", true));
    }, data.seconds * 1000);
  }

  destroy() {
    clearInterval(this.timer);
    this.cancel();
  }
}

export default mountComponent(() => new AutoRefresh());
