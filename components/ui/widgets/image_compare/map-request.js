/**
 * Asks the server for a change map: after a short pause, the latest settings alone.
 */

/** @typedef {{status: number, ok: boolean, json: () => Promise<unknown>}} Answer */
/**
 * @template {Answer} Got
 * @typedef {object} RequestOptions
 * @property {(body: string, signal: AbortSignal) => Promise<Got>} send
 * @property {(answer: Got) => Promise<void>} onAnswer is not called for what newer settings overtook
 * @property {() => void} onWorking the server still compares the two pictures
 * @property {(message: string) => void} onProblem
 */

const PAUSE_MS = 120;
const AGAIN_MS = 1000;
const UNREACHABLE = "The server cannot be reached.";

/** @template {Answer} Got */
export class MapRequest {
  #options;
  #under = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {RequestOptions<Got>} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Ask with these settings instead of all earlier ones.
   * @param {string} body
   * @param {number} [pause] milliseconds in which newer settings take its place
   */
  ask(body, pause = PAUSE_MS) {
    this.stop();
    const controller = new AbortController();
    this.#under = controller;
    this.#timer = setTimeout(() => this.#send(body, controller.signal), pause);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#under.abort();
  }

  /**
   * @param {string} body
   * @param {AbortSignal} signal
   */
  async #send(body, signal) {
    try {
      const answer = await this.#options.send(body, signal);
      if (signal.aborted) return;
      if (answer.status === 202) {
        this.#options.onWorking();
        this.#timer = setTimeout(() => this.#send(body, signal), AGAIN_MS);
      } else if (answer.ok) {
        await this.#options.onAnswer(answer);
      } else {
        const message = await messageOf(answer);
        if (!signal.aborted) this.#options.onProblem(message);
      }
    } catch (error) {
      if (signal.aborted) return;
      console.warn("The change map could not be loaded", error);
      this.#options.onProblem(UNREACHABLE);
    }
  }
}

/** @param {Answer} answer */
async function messageOf(answer) {
  const sent = await answer.json().catch(() => null); // a proxy's page is no JSON
  const isSentence = typeof sent === "object" && sent !== null && "message" in sent;
  return isSentence ? String(sent.message) : "The change map could not be made.";
}
