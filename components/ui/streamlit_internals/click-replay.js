/**
 * What a hand does while the page comes back waits until it is heard.
 */

import { isReconnecting, whenIdle } from "./script-idle.js";

/** @param {Event} event whether more comes of it than a letter in a box */
function asks({ type, key, ctrlKey, metaKey, target }) {
  return type === "click" || (key === "Enter" && (ctrlKey || metaKey || target.matches("input")));
}

/** @param {AbortSignal} signal ends it; what is kept by then is still done */
export function queueEarlyClicks(signal) {
  /** @type {Map<EventTarget, Event>} each once: who presses again is not sure to have pressed */
  const kept = new Map();

  function flush() {
    const events = [...kept.values()];
    kept.clear();
    for (const event of events) event.target.dispatchEvent(new event.constructor(event.type, event));
  }

  function take(event) {
    if (!asks(event) || !isReconnecting()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (kept.size === 0) whenIdle(flush);
    kept.set(event.target, event);
  }

  for (const kind of ["click", "keydown"]) addEventListener(kind, take, { capture: true, signal });
}
