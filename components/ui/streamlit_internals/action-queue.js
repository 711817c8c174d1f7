/**
 * Sends a user's actions to Python one by one, each until Python has acknowledged it.
 *
 * Streamlit (1.67) keeps only the newest trigger of a component when two wait for the same rerun:
 * a second click would swallow the first. Python answers with the nonce of the last one received.
 */

const RESEND_AFTER_MS = 5_000; // longer than a rerun takes: resending interrupts a running script
const MAX_TRIES = 3;

/** @typedef {{verb: string, ids: string[], nonce: number, text?: string}} QueuedAction */

export class ActionQueue {
  /** @type {QueuedAction[]} */
  #waiting = [];
  #lastNonce = 0;
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #send;
  #onLost;

  /**
   * @param {(action: QueuedAction) => void} send
   * @param {(action: QueuedAction) => void} onLost called when an action was never acknowledged
   */
  constructor(send, onLost) {
    this.#send = send;
    this.#onLost = onLost;
  }

  /** Whether an action waits for its acknowledgement. */
  get isBusy() {
    return this.#waiting.length > 0;
  }

  /**
   * @param {string} verb
   * @param {string[]} ids the cards'
   * @param {object} [options]
   * @param {string} [options.text] what was typed
   * @param {number} [options.nonce] of an action that was never acknowledged: Python may have it,
   *   and does it once
   * @returns {number} its nonce
   */
  add(verb, ids, { text, nonce = this.#nextNonce() } = {}) {
    this.#waiting.push({ verb, ids, nonce, ...(text && { text }) });
    if (this.#waiting.length === 1) this.#sendFirst();
    return nonce;
  }

  #nextNonce() {
    return (this.#lastNonce = Math.max(this.#lastNonce + 1, Date.now() * 1000));
  }

  /** @param {number | undefined} nonce the last one that Python has received */
  acknowledge(nonce) {
    if (this.#waiting[0]?.nonce !== nonce || nonce === undefined) return;
    this.#waiting.shift();
    this.#sendFirst();
  }

  #sendFirst() {
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#attempt();
  }

  #attempt() {
    const action = this.#waiting[0];
    if (!action) return;
    if (this.#tries === MAX_TRIES) {
      this.#waiting.shift();
      this.#sendFirst();
      this.#onLost(action);
      return;
    }
    this.#tries += 1;
    this.#send(action);
    this.#timer = setTimeout(() => this.#attempt(), RESEND_AFTER_MS);
  }

  /** Send nothing of what waits any more. */
  giveUp() {
    const lost = this.#waiting;
    this.destroy();
    for (const action of lost) this.#onLost(action);
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }
}
