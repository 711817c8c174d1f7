/**
 * Whether the last press may have been lost: the connection ended before its run had ended.
 *
 * Streamlit (1.67) sends such a press to nobody again, and says nothing.
 */

export class LastPress {
  /** @type {number | null} Of a press whose run has not ended. */
  #pressedAt = null;
  /** @type {number | null} Of a press after which the connection was lost. */
  #lostAt = null;

  /**
   * @param {number} now milliseconds
   * @param {boolean} isConnected a press without a connection is not possible
   */
  recordPress(now, isConnected) {
    if (isConnected) this.#pressedAt = now;
  }

  /**
   * @param {{isConnected: boolean, isRunning: boolean}} status
   * @param {boolean} hasRun whether a script was running until now
   */
  recordChange({ isConnected, isRunning }, hasRun) {
    if (this.#pressedAt === null) return;
    if (!isConnected) [this.#lostAt, this.#pressedAt] = [this.#pressedAt, null];
    else if (hasRun && !isRunning) this.#pressedAt = null;
  }

  /**
   * @param {number} now milliseconds
   * @returns {number | null} how many milliseconds ago the lost press was; each is told once
   */
  takeLost(now) {
    const age = this.#lostAt === null ? null : now - this.#lostAt;
    this.#lostAt = null;
    return age;
  }
}
