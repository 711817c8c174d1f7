/**
 * The pictures that come in: a few are sent at a time, each can be cancelled, and the first good one
 * of those that were added together becomes the source. Touches no document.
 */

/** @import { Failure } from "./upload-rules.js" */

const AT_ONCE = 3;
const WAIT_MS = 2_000;

/**
 * @typedef {"waiting" | "sending" | "reading" | "done" | "refused"} State
 *   "reading": the file is sent, and the server looks at it
 * @typedef {{imageId: string} | Failure} Outcome
 * @typedef {object} SendCallbacks
 * @property {(share: number) => void} onProgress with the share that is sent, 0 to 1
 * @property {(outcome: Outcome) => void} onEnd
 * @typedef {(file: File, callbacks: SendCallbacks) => () => void} Send returns what aborts it
 * @typedef {{hasSource: boolean}} Batch files that were added together
 */

export class UploadItem {
  /** @type {State} */
  state = "waiting";
  share = 0;
  message = "";
  canRetry = false;
  /** @type {string | null} */
  imageId = null;
  /** @type {(() => void) | null} */
  abort = null;

  /**
   * @param {File} file
   * @param {Batch} batch
   */
  constructor(file, batch) {
    this.file = file;
    this.batch = batch;
  }

  get isOpen() {
    return this.state !== "done" && this.state !== "refused";
  }
}

export class UploadQueue {
  /** @type {UploadItem[]} */
  items = [];
  #send;
  #onChange;
  #onSource;
  #wait;

  /**
   * @param {object} options
   * @param {Send} options.send
   * @param {(item: UploadItem | null) => void} options.onChange null: items came or went
   * @param {(imageId: string) => void} options.onSource
   * @param {(callback: () => void, milliseconds: number) => unknown} [options.wait]
   */
  constructor({ send, onChange, onSource, wait = setTimeout }) {
    this.#send = send;
    this.#onChange = onChange;
    this.#onSource = onSource;
    this.#wait = wait;
  }

  /**
   * @param {File[]} files that were chosen together
   * @param {(file: File) => string | null} refuse why a file is not sent
   */
  add(files, refuse) {
    const batch = { hasSource: false };
    for (const file of files) {
      const item = new UploadItem(file, batch);
      const message = refuse(file);
      if (message !== null) Object.assign(item, { state: "refused", message });
      this.items.push(item);
    }
    this.#onChange(null);
    this.#sendNext();
  }

  /** @param {UploadItem} item its row goes */
  cancel(item) {
    item.abort?.();
    item.abort = null;
    this.items = this.items.filter((other) => other !== item);
    this.#onChange(null);
    this.#settle(item.batch);
    this.#sendNext();
  }

  cancelAll() {
    for (const item of this.items.filter((one) => one.isOpen)) this.cancel(item);
  }

  /** Forget what has ended. */
  clear() {
    this.items = this.items.filter((item) => item.isOpen);
    this.#onChange(null);
  }

  /** @param {UploadItem} item a refused one */
  retry(item) {
    Object.assign(item, { state: "waiting", share: 0, message: "" });
    this.#onChange(item);
    this.#sendNext();
  }

  retryAll() {
    for (const item of this.items.filter((one) => one.canRetry && !one.isOpen)) this.retry(item);
  }

  get counts() {
    const count = (/** @type {(item: UploadItem) => boolean} */ test) => this.items.filter(test).length;
    return {
      done: count((item) => item.state === "done"),
      refused: count((item) => item.state === "refused"),
      open: count((item) => item.isOpen),
    };
  }

  /** Whether a picture that is still coming in will be the source. */
  get awaitsSource() {
    return this.items.some((item) => item.isOpen && !item.batch.hasSource);
  }

  #sendNext() {
    let free = AT_ONCE - this.items.filter((item) => item.abort !== null).length;
    for (const item of this.items) {
      if (free <= 0) return;
      if (item.state !== "waiting" || item.abort) continue;
      free -= 1;
      this.#start(item);
    }
  }

  /** @param {UploadItem} item */
  #start(item) {
    Object.assign(item, { state: "sending", share: 0, message: "", canRetry: false });
    let hasEnded = false;
    const abort = this.#send(item.file, {
      onProgress: (share) => {
        if (hasEnded) return;
        Object.assign(item, { share, state: share < 1 ? "sending" : "reading" });
        this.#onChange(item);
      },
      onEnd: (outcome) => {
        if (hasEnded || !this.items.includes(item)) return;
        hasEnded = true;
        item.abort = null;
        this.#end(item, outcome);
      },
    });
    if (!hasEnded) item.abort = abort;
    this.#onChange(item);
  }

  /**
   * @param {UploadItem} item
   * @param {Outcome} outcome
   */
  #end(item, outcome) {
    if ("imageId" in outcome) {
      Object.assign(item, { state: "done", imageId: outcome.imageId });
    } else if (outcome.waits) {
      Object.assign(item, { state: "waiting", share: 0 });
      let isOver = false;
      item.abort = () => {
        isOver = true;
      };
      this.#wait(() => {
        if (isOver) return;
        item.abort = null;
        this.#sendNext();
      }, WAIT_MS);
    } else {
      Object.assign(item, { state: "refused", message: outcome.message, canRetry: outcome.canRetry });
    }
    this.#onChange(item);
    this.#settle(item.batch);
    this.#sendNext();
  }

  /**
   * The first good one in the order of the files, whatever comes in first.
   * @param {Batch} batch
   */
  #settle(batch) {
    if (batch.hasSource) return;
    const first = this.items.find((item) => item.batch === batch && item.state !== "refused");
    if (!first?.imageId) return;
    batch.hasSource = true;
    this.#onSource(first.imageId);
  }
}
