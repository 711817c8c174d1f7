/**
 * Queues clicks made during a reconnect and replays them once the script is idle.
 *
 * After a server restart Streamlit (1.67) calls no callback and runs no fragment before its first
 * run has ended: what is pressed until then would be lost.
 */

import { isReconnecting, whenIdle } from "./script-idle.js";

/**
 * @param {Event} event
 * @returns {boolean} whether it asks for more than a letter in a box
 */
function isRequest(event) {
  if (event.type === "click") return true;
  if (!(event instanceof KeyboardEvent) || event.key !== "Enter") return false;
  return event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement;
}

/**
 * @param {Event} event
 * @returns {Event} the same event, to be dispatched again
 */
export function copyOf(event) {
  return event instanceof KeyboardEvent
    ? new KeyboardEvent(event.type, event)
    : new MouseEvent(event.type, /** @type {MouseEvent} */ (event));
}

/** @param {AbortSignal} signal stops queueing; what is queued by then is still replayed */
export function queueEarlyClicks(signal) {
  /** @type {Map<EventTarget, Event>} each target once: an impatient user clicks twice */
  const queued = new Map();

  function flush() {
    const events = [...queued];
    queued.clear();
    for (const [target, event] of events) target.dispatchEvent(copyOf(event));
  }

  /** @param {Event} event */
  function queue(event) {
    if (!event.target || !isRequest(event) || !isReconnecting()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (queued.size === 0) whenIdle(flush);
    queued.set(event.target, event);
  }

  for (const kind of ["click", "keydown"]) {
    addEventListener(kind, queue, { capture: true, signal });
  }
}
