/**
 * What a designer did, sent to Python one by one until each has been heard.
 *
 * Streamlit keeps only the newest trigger of a component when two wait for the same rerun; a
 * second click would swallow the first. Python answers with the nonce of the last one it heard.
 */

const ACT_PATIENCE_MS = 5_000; // longer than a rerun takes: sending again cuts a running script short
const ACT_TRIES = 3;

export class ActionQueue {
  /**
   * @param {(act: {verb: string, ids: string[], nonce: number}) => void} send
   * @param {() => void} onLost one was never heard, however often it was sent
   */
  constructor(send, onLost) {
    Object.assign(this, { send, onLost });
    this.waiting = [];
    this.lastNonce = 0;
    this.tries = 0;
  }

  /** Whether something is on its way. */
  get busy() {
    return this.waiting.length > 0;
  }

  /**
   * @param {string} verb
   * @param {string[]} ids the cards'
   */
  add(verb, ids) {
    this.lastNonce = Math.max(this.lastNonce + 1, Date.now() * 1000);
    this.waiting.push({ verb, ids, nonce: this.lastNonce });
    if (this.waiting.length === 1) this.sendFirst();
  }

  /** @param {number | undefined} nonce the last one that Python has */
  heard(nonce) {
    if (!this.busy || this.waiting[0].nonce !== nonce) return;
    this.waiting.shift();
    this.sendFirst();
  }

  sendFirst() {
    this.tries = 0;
    clearTimeout(this.timer);
    if (this.busy) this.attempt();
  }

  attempt() {
    if (this.tries === ACT_TRIES) {
      this.waiting.shift();
      this.sendFirst();
      this.onLost();
      return;
    }
    this.tries += 1;
    this.send(this.waiting[0]);
    this.timer = setTimeout(() => this.attempt(), ACT_PATIENCE_MS);
  }

  destroy() {
    clearTimeout(this.timer);
    this.waiting = [];
  }
}
