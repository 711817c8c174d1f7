/**
 * All that comes in through this window. It outlives the pages: an upload goes on while the page
 * changes, and the place on the next one shows it.
 */

import { ActionQueue } from "../../streamlit_internals/action-queue.js";
import { whenIdle } from "../../streamlit_internals/script-idle.js";
import { closest, element } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";
import { filesOf } from "./dropped-files.js";
import { sendPicture } from "./send-picture.js";
import { UploadList } from "./upload-list.js";
import { UploadQueue } from "./upload-queue.js";
import { refusal, selectFiles } from "./upload-rules.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */

/**
 * @typedef {object} Props as in `__init__.py`
 * @property {"large" | "slim" | "none"} layout
 * @property {number} max_bytes
 * @property {string} upload_url
 * @property {string} thumbnail_url
 * @property {string | null} source_id
 * @property {number} last_nonce
 * @property {string} held_button a selector
 * @typedef {{component: Component<unknown>, props: Props}} Mounted
 */

const HOLD_MESSAGE = "Wait until the picture is in, then press Edit. Or cancel it.";
const LOST_MESSAGE = "The page did not answer. Press “Edit this” once more.";

export class Uploads {
  #queue;
  #list;
  #choices;
  /** How many choices wait for an idle page. */
  #choosing = 0;
  /** The choice that Edit has not shown yet. */
  #unseen = { imageId: "", triesLeft: 0 };
  #overlay = element("div", "kx-drop-overlay", element("p", "", "Drop pictures anywhere"));
  /** @type {Map<HTMLElement, Mounted>} by the place for the list, what was mounted last at the end */
  #mounted = new Map();
  /** @type {Props | null} What Python sent last: while the page changes, nothing may be mounted. */
  #lastProps = null;

  constructor() {
    this.#queue = new UploadQueue({
      send: (file, callbacks) => sendPicture(appUrl(this.#lastProps?.upload_url) ?? "", file, callbacks),
      onChange: (item) => {
        if (item) this.#list.drawItem(item);
        else this.#list.draw();
        this.#list.drawHead(this.#queue.counts);
        if (!this.awaitsSource) this.#list.say("");
      },
      onSource: (imageId) => this.#choose(imageId),
    });
    this.#choices = new ActionQueue(
      (action) => whenIdle(() => this.#current?.component.setTriggerValue("chosen", action)),
      () => this.#list.say(LOST_MESSAGE),
    );
    this.#list = new UploadList(this.#queue, (imageId) => this.#choose(imageId));
    this.#listen();
  }

  /** Whether an edit that is asked for now would be of a picture that is about to be replaced. */
  get awaitsSource() {
    return this.#queue.awaitsSource || this.#choosing > 0 || this.#choices.isBusy;
  }

  /**
   * Only when the page is idle: until then the queue of actions would count it as lost.
   * @param {string} imageId
   */
  #choose(imageId) {
    this.#choosing += 1;
    this.#unseen = { imageId, triesLeft: 2 };
    whenIdle(() => {
      this.#choosing -= 1;
      this.#choices.add("choose", [imageId]);
    });
  }

  /** The page's own component. Streamlit (1.67) draws a page that is being left once more. */
  get #current() {
    return [...this.#mounted].filter(([place]) => place.isConnected).at(-1)?.[1];
  }

  /**
   * @param {HTMLElement} place for the list
   * @param {Component<unknown>} component
   * @param {Props} props
   */
  configure(place, component, props) {
    this.#mounted.set(place, { component, props });
    this.#lastProps = props;
    this.#putList();
    this.#choices.acknowledge(props.last_nonce);
    const shown = this.#current?.props ?? props;
    this.#dropLoneRow(shown.source_id);
    this.#list.configure(shown.thumbnail_url, shown.source_id);
    // Streamlit (1.67) sets it inside the page: at the body, where these two stand, it is missing.
    const { colorScheme } = getComputedStyle(component.parentElement);
    for (const { style } of [this.#list.root, this.#overlay]) style.colorScheme = colorScheme;
    document.documentElement.dataset.kxTakes = "pictures";
    if (this.#unseen.triesLeft) whenIdle(() => this.#showUnseen());
  }

  /** Choose once more what Edit took while the page was changing to another one: that opens Edit. */
  #showUnseen() {
    const current = this.#current;
    if (!current || !this.#unseen.triesLeft || this.awaitsSource) return;
    if (current.props.layout !== "none") {
      this.#stopShowing();
      return;
    }
    this.#unseen.triesLeft -= 1;
    this.#choices.add("choose", [this.#unseen.imageId]);
  }

  #stopShowing() {
    this.#unseen.triesLeft = 0;
  }

  /** @param {HTMLElement} place that leaves the page */
  leave(place) {
    this.#mounted.delete(place);
    this.#putList();
  }

  /**
   * @param {File[]} files
   * @param {boolean} fromFolder
   */
  add(files, fromFolder) {
    const maxBytes = this.#lastProps?.max_bytes ?? Infinity;
    const selected = selectFiles(files, fromFolder);
    if (selected.files.length) this.#queue.add(selected.files, (file) => refusal(file, maxBytes));
    if (selected.note) this.#list.say(selected.note);
  }

  /**
   * A picture that came in alone is shown as the source: its row says nothing more.
   * @param {string | null} sourceId
   */
  #dropLoneRow(sourceId) {
    const [only, ...others] = this.#queue.items;
    if (only?.imageId && only.imageId === sourceId && others.length === 0) this.#queue.clear();
  }

  #putList() {
    const places = [...this.#mounted].filter(([one, { props }]) => one.isConnected && props.layout !== "none");
    const place = places.at(-1)?.[0];
    this.#list.root.dataset.place = place ? "page" : "foot";
    const parent = place ?? document.body;
    if (this.#list.root.parentElement !== parent) parent.append(this.#list.root);
  }

  #listen() {
    this.#overlay.hidden = true;
    document.body.append(this.#overlay);
    document.addEventListener("paste", (event) => this.#onPaste(event));
    document.addEventListener("dragover", (event) => this.#onDragOver(event));
    document.addEventListener("dragleave", ({ relatedTarget }) => {
      if (relatedTarget === null) this.#overlay.hidden = true; // it has left the window
    });
    document.addEventListener("drop", (event) => this.#onDrop(event));
    addEventListener("beforeunload", (event) => {
      if (this.#queue.counts.open) event.preventDefault(); // the browser asks whether to leave
    });
    for (const kind of ["click", "keydown"]) {
      addEventListener(kind, (event) => this.#holdEdit(event), { capture: true });
    }
    // Who leaves Edit on purpose, after the choice, is not led back.
    addEventListener("popstate", () => this.#stopShowing());
    addEventListener("click", ({ target }) => closest(target, "a") && this.#stopShowing(), { capture: true });
  }

  /** @param {ClipboardEvent} event */
  #onPaste(event) {
    const transfer = event.clipboardData;
    if (!transfer?.files.length || wantsText(event)) return;
    event.preventDefault();
    void this.#take(transfer);
  }

  /** @param {DragEvent} event */
  #onDragOver(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#overlay.hidden = false;
  }

  /** @param {DragEvent} event */
  #onDrop(event) {
    this.#overlay.hidden = true;
    const transfer = event.dataTransfer;
    if (!transfer?.types.includes("Files")) return;
    event.preventDefault(); // or the browser would leave the page to show the file
    void this.#take(transfer);
  }

  /** @param {DataTransfer} transfer */
  async #take(transfer) {
    const { files, fromFolder } = await filesOf(transfer);
    this.add(files, fromFolder);
  }

  /**
   * An edit that is asked for now would be made of the old picture.
   * @param {Event} event
   */
  #holdEdit(event) {
    const selector = this.#current?.props.held_button;
    if (!selector || !this.awaitsSource || !asksForEdit(event, selector)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#list.say(HOLD_MESSAGE);
  }
}

/**
 * @param {ClipboardEvent} event
 * @returns {boolean} whether the user wants the pasted text, and not the image beside it
 */
function wantsText(event) {
  const field = closest(event.target, "input, textarea, [contenteditable]");
  return field !== null && Boolean(event.clipboardData?.types.includes("text/plain"));
}

/**
 * @param {Event} event
 * @param {string} selector of the button
 * @returns {boolean} whether it presses the button, also by Ctrl or Cmd with Enter
 */
function asksForEdit(event, selector) {
  if (event.type === "click") return closest(event.target, selector) !== null;
  if (!(event instanceof KeyboardEvent) || event.key !== "Enter") return false;
  return (event.ctrlKey || event.metaKey) && document.querySelector(selector) !== null;
}
