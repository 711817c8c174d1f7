/**
 * Whether Streamlit (1.67) is idle, computed from what its page reports. Reads no DOM and no clock.
 */

/** On the way from one page to another Streamlit reports for a moment that it is idle. */
const IDLE_MS = 200;
/** A reconnect after which nothing is drawn must not block the user for ever. */
const MAX_RECONNECT_MS = 5_000;

/**
 * @typedef {object} Status
 * @property {boolean} isConnected
 * @property {boolean} isRunning whether a script runs; true also while that is unknown
 */

export class ScriptState {
  #changedAt = -IDLE_MS;
  #wasLost = false;
  /** @type {number | null} When the connection came back, until something was drawn after it. */
  #reconnectedAt = null;

  /**
   * The user has asked for something, which Streamlit does not report at once.
   * @param {number} now milliseconds
   */
  recordRequest(now) {
    this.#changedAt = now;
  }

  /**
   * Streamlit reports a new status.
   * @param {number} now milliseconds
   * @param {Status} status
   * @param {boolean} hasRun whether a script was running until now
   */
  recordChange(now, status, hasRun) {
    this.#changedAt = now;
    if (!status.isConnected) this.#wasLost = true;
    else if (this.#wasLost) [this.#wasLost, this.#reconnectedAt] = [false, now];
    else if (hasRun && !status.isRunning) this.#reconnectedAt = null;
  }

  /**
   * Whether the connection is back and nothing has been drawn since. A restarted server drops
   * what is requested now: it does not know yet what is on the screen.
   * @param {number} now milliseconds
   * @param {Status} status
   */
  isReconnecting(now, status) {
    if (this.#reconnectedAt === null || !status.isConnected) return false;
    return status.isRunning || now - this.#reconnectedAt < MAX_RECONNECT_MS;
  }

  /**
   * Whether a rerun may be requested without a user asking for it.
   * @param {number} now milliseconds
   * @param {Status} status
   */
  isIdle(now, status) {
    if (status.isRunning || !status.isConnected || this.isReconnecting(now, status)) return false;
    return now - this.#changedAt > IDLE_MS;
  }
}
