/**
 * The rows of the pictures that come in, on Edit below the place to drop them, elsewhere at the foot
 * of the page.
 */

import { button, element, reorder, setText } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";
import { endingOf, summaryOf } from "./upload-rules.js";

/** @import { UploadItem, UploadQueue } from "./upload-queue.js" */

/** @type {Record<string, string>} */
const STATE_WORDS = { waiting: "Waiting", sending: "", reading: "Reading the picture", done: "", refused: "" };

export class UploadList {
  root = element("section", "kx-uploads");
  #queue;
  #choose;
  #summary = element("p", "kx-uploads-summary");
  #note = element("p", "kx-uploads-note");
  #retry = button("kx-uploads-action", "Try again");
  #cancel = button("kx-uploads-action", "Cancel all");
  #clear = button("kx-uploads-action", "Clear");
  #list = element("ul", "kx-uploads-list");
  /** @type {Map<UploadItem, Row>} */
  #rows = new Map();
  #thumbnailUrl = "";
  /** @type {string | null} */
  #sourceId = null;

  /**
   * @param {UploadQueue} queue
   * @param {(imageId: string) => void} choose
   */
  constructor(queue, choose) {
    this.#queue = queue;
    this.#choose = choose;
    this.root.setAttribute("aria-label", "Pictures coming in");
    this.#summary.setAttribute("role", "status");
    this.#note.setAttribute("role", "alert");
    this.#retry.addEventListener("click", () => queue.retryAll());
    this.#cancel.addEventListener("click", () => queue.cancelAll());
    this.#clear.addEventListener("click", () => {
      this.say("");
      queue.clear();
    });
    const head = element("div", "kx-uploads-head", this.#summary, this.#retry, this.#cancel, this.#clear);
    this.root.append(head, this.#note, this.#list);
    this.say("");
  }

  /**
   * @param {string} thumbnailUrl with "{}" for the id
   * @param {string | null} sourceId of the picture that Edit works on
   */
  configure(thumbnailUrl, sourceId) {
    this.#thumbnailUrl = thumbnailUrl;
    this.#sourceId = sourceId;
    this.draw();
  }

  /** @param {string} sentence about all of them; "" takes it away */
  say(sentence) {
    setText(this.#note, sentence);
    this.draw();
    if (sentence) this.root.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const { items, counts } = this.#queue;
    for (const item of this.#rows.keys()) if (!items.includes(item)) this.#rows.delete(item);
    reorder(
      this.#list,
      newestFirst(items).map((item) => this.#row(item).root),
    );
    for (const item of items) this.drawItem(item);
    this.drawHead(counts);
  }

  /** @param {UploadQueue["counts"]} counts */
  drawHead(counts) {
    setText(this.#summary, total(counts) > 1 ? summaryOf(counts) : "");
    const retryable = this.#queue.items.filter((item) => item.canRetry && !item.isOpen).length;
    this.#retry.hidden = retryable < 2;
    this.#cancel.hidden = counts.open < 2;
    this.#clear.hidden = counts.open > 0 || total(counts) < 2;
    this.root.hidden = total(counts) === 0 && this.#note.hidden;
    // At the foot of other pages it only says what is under way, and what went wrong.
    this.root.dataset.settled = String(counts.open + counts.refused === 0 && this.#note.hidden);
  }

  /** @param {UploadItem} item */
  drawItem(item) {
    this.#row(item).draw(this.#thumbnailUrl, this.#sourceId);
  }

  /** @param {UploadItem} item */
  #row(item) {
    let row = this.#rows.get(item);
    if (!row) {
      row = new Row(item, this.#queue, this.#choose);
      this.#rows.set(item, row);
    }
    return row;
  }
}

/**
 * @param {UploadItem[]} items in the order in which they were added
 * @returns {UploadItem[]} what was added last at the top, and within that the order of the files
 */
export function newestFirst(items) {
  const batches = [...new Set(items.map((item) => item.batch))].reverse();
  return batches.flatMap((batch) => items.filter((item) => item.batch === batch));
}

/** @param {UploadQueue["counts"]} counts */
function total({ done, refused, open }) {
  return done + refused + open;
}

class Row {
  root = element("li", "kx-uploads-row");
  #item;
  #picture = element("span", "kx-uploads-picture");
  #name = element("span", "kx-uploads-name");
  #state = element("span", "kx-uploads-state");
  #bar = element("progress", "kx-uploads-bar");
  #message = element("p", "kx-uploads-message");
  #action = button("kx-uploads-action", "");
  #close = button("kx-uploads-close", "×");

  /**
   * @param {UploadItem} item
   * @param {UploadQueue} queue
   * @param {(imageId: string) => void} choose
   */
  constructor(item, queue, choose) {
    this.#item = item;
    this.#name.dir = "auto";
    this.#name.textContent = this.#name.title = item.file.name;
    this.#picture.textContent = endingOf(item.file.name);
    this.#picture.setAttribute("aria-hidden", "true");
    this.#bar.max = 1;
    this.#bar.setAttribute("aria-label", `Progress of ${item.file.name}`);
    this.#message.setAttribute("role", "alert");
    this.#action.addEventListener("click", () => {
      if (item.imageId) choose(item.imageId);
      else queue.retry(item);
    });
    this.#close.addEventListener("click", () => queue.cancel(item));
    const line = element("p", "kx-uploads-line", this.#name, this.#state);
    const text = element("div", "kx-uploads-text", line, this.#bar, this.#message);
    this.root.append(this.#picture, text, this.#action, this.#close);
  }

  /**
   * @param {string} thumbnailUrl
   * @param {string | null} sourceId
   */
  draw(thumbnailUrl, sourceId) {
    const { state, share, message, canRetry, imageId, isOpen, file } = this.#item;
    const isSource = imageId !== null && imageId === sourceId;
    this.root.dataset.state = state;
    const percent = state === "sending" ? `${Math.floor(share * 100)} %` : STATE_WORDS[state];
    setText(this.#state, isSource ? "Source" : (percent ?? ""));
    this.#bar.hidden = state !== "sending" && state !== "reading";
    if (state === "reading") this.#bar.removeAttribute("value");
    else this.#bar.value = share;
    setText(this.#message, message);
    setText(this.#action, imageId && !isSource ? "Edit this" : canRetry && !isOpen ? "Try again" : "");
    this.#close.title = isOpen ? "Cancel" : "Take off the list";
    this.#close.setAttribute("aria-label", `${this.#close.title}: ${file.name}`);
    this.#close.hidden = state === "done";
    if (imageId && !this.#picture.querySelector("img")) this.#showPicture(thumbnailUrl.replace("{}", imageId));
  }

  /** @param {string} url of the thumbnail, relative to the page */
  #showPicture(url) {
    const image = element("img", "");
    image.alt = "";
    image.src = appUrl(url) ?? "";
    this.#picture.replaceChildren(image);
  }
}
