/**
 * What a hand does while the page comes back waits until it is heard.
 */

import { isReturning } from "../beat/quiet.js";

const LOOK_MS = 50;

/** @param {Event} event whether more comes of it than a letter in a box */
function asks({ type, key, ctrlKey, metaKey, target }) {
  return type === "click" || (key === "Enter" && (ctrlKey || metaKey || target.matches("input")));
}

export class Hands {
  constructor() {
    /** @type {Map<EventTarget, Event>} each once: who presses again is not sure to have pressed */
    this.kept = new Map();
    this.listening = new AbortController();
    const options = { capture: true, signal: this.listening.signal };
    for (const kind of ["click", "keydown"]) {
      addEventListener(kind, (event) => this.take(event), options);
    }
  }

  /** @param {Event} event */
  take(event) {
    if (!asks(event) || !isReturning()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.kept.set(event.target, event);
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (isReturning() ? this.wait() : this.letGo()), LOOK_MS);
  }

  letGo() {
    const kept = [...this.kept.values()];
    this.kept.clear();
    for (const event of kept) event.target.dispatchEvent(new event.constructor(event.type, event));
  }

  destroy() {
    clearTimeout(this.timer);
    this.listening.abort();
  }
}
