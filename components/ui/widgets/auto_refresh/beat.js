/**
 * A beat: draws the fragment it stands in again and again, while somebody may see it.
 */

import { living } from "../shared/living.js";
import { whenQuiet } from "./quiet.js";

class Beat {
  constructor() {
    this.takeBack = () => {};
  }

  /** @param {{data: {seconds: number}, setTriggerValue: Function}} component */
  update({ data, setTriggerValue }) {
    this.destroy();
    this.timer = setInterval(() => {
      this.takeBack();
      if (!document.hidden) this.takeBack = whenQuiet(() => setTriggerValue("beat", true));
    }, data.seconds * 1000);
  }

  destroy() {
    clearInterval(this.timer);
    this.takeBack();
  }
}

export default living(() => new Beat());
