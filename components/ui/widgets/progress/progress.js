/**
 * Progress line: a message, what it is about, and the seconds since it began.
 */

import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";
import { formatDuration } from "../shared/format-time.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */

/**
 * @typedef {{message: string, detail: string, elapsed_seconds: number | null,
 *   expected_seconds: number | null, stop: string, stop_title: string}} Line as in `__init__.py`
 */

const TICK_MS = 1000;
/** A bar that is full before the image is there would be wrong. */
const MAX_SHARE = 0.94;

class ProgressLine {
  #message = element("strong", "kx-progress-message");
  #detail = element("span", "kx-progress-detail");
  #time = element("span", "kx-progress-time");
  #usual = element("span", "kx-progress-usual");
  #stop = button("kx-progress-stop", "");
  #row;
  #onStop = () => {};
  /** @type {number | undefined} */
  #timer;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#message.setAttribute("role", "status"); // announces changes; the seconds are not announced
    this.#detail.dir = "auto";
    const text = element("p", "kx-progress-text", this.#message, this.#detail, this.#time, this.#usual, this.#stop);
    this.#row = element("div", "kx-progress", text, element("div", "kx-progress-bar"));
    this.#stop.addEventListener("click", () => this.#onStop());
    parent.append(this.#row);
  }

  /** @param {Component<{line: string}>} component */
  update({ data, setTriggerValue }) {
    this.#onStop = () => setTriggerValue("stop", true);
    clearInterval(this.#timer);
    /** @type {Line | null} */
    const line = JSON.parse(data.line);
    const message = line?.message ?? "";
    if (this.#message.textContent !== message) this.#message.textContent = message;
    this.#detail.textContent = this.#detail.title = line?.detail ?? "";
    this.#time.textContent = this.#usual.textContent = "";
    this.#stop.textContent = line?.stop ?? "";
    this.#stop.title = line?.stop_title ?? "";
    this.#stop.hidden = !line?.stop;
    if (!line || line.elapsed_seconds === null) {
      this.#row.dataset.kind = line ? "ended" : "idle";
      return;
    }
    this.#row.dataset.kind = "running";
    const startedAt = performance.now() - line.elapsed_seconds * 1000;
    const tick = () => this.#tick(performance.now() - startedAt, line.expected_seconds);
    tick();
    this.#timer = setInterval(tick, TICK_MS);
  }

  /**
   * @param {number} elapsedMs
   * @param {number | null} expectedSeconds
   */
  #tick(elapsedMs, expectedSeconds) {
    const expected = expectedSeconds ? Math.ceil(expectedSeconds) * 1000 : 0;
    this.#time.textContent = formatDuration(elapsedMs);
    this.#usual.textContent = expected ? `usually ${formatDuration(expected)}` : "";
    const share = expectedSeconds ? Math.min(MAX_SHARE, elapsedMs / 1000 / expectedSeconds) : 0;
    this.#row.style.setProperty("--kx-progress-share", String(share));
  }

  destroy() {
    clearInterval(this.#timer);
    this.#row.remove();
  }
}

export default mountComponent((parent) => new ProgressLine(parent));
