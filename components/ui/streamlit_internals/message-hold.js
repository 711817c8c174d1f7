/**
 * Holds what the page sends to Python, in its order, until a question is answered.
 *
 * A held message keeps the words and settings of its moment; a held click would be done with those
 * of a later one.
 */

const STREAM = "/_stcore/stream"; // of Streamlit (1.67)

export class MessageHold {
  /** @type {(() => void)[]} */
  #held = [];
  #questions = 0;
  #isRefused = false;

  /** @param {() => void} send called now, or once nothing is asked any more */
  pass(send) {
    if (this.#questions > 0) this.#held.push(send);
    else send();
  }

  /** @param {Promise<boolean>} answer false drops all that is held */
  async holdUntil(answer) {
    this.#questions += 1;
    const isAllowed = await answer;
    this.#questions -= 1;
    this.#isRefused ||= !isAllowed;
    if (this.#questions > 0) return;
    const held = this.#isRefused ? [] : this.#held;
    this.#held = [];
    this.#isRefused = false;
    for (const send of held) send();
  }
}

/** @returns {MessageHold} of all that this window sends to Python from now on */
export function holdMessages() {
  const hold = new MessageHold();
  const { send } = WebSocket.prototype;
  /** @type {typeof send} */
  WebSocket.prototype.send = function (data) {
    if (this.url.includes(STREAM)) hold.pass(() => send.call(this, data));
    else send.call(this, data);
  };
  return hold;
}
