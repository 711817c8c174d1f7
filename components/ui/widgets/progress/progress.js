/**
 * The progress line: words, what they are about, and the seconds since it began.
 *
 * @typedef {{words: string, more: string, elapsed_seconds: number | null,
 *   expected_seconds: number | null}} Line as `__init__.py` says
 */

import { element } from "../shared/dom.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { durationText } from "../shared/format-time.js";

const TICK_MS = 1000;
/** A bar that is full before the picture is there would lie. */
const FULLEST = 0.94;

class ProgressLine {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.words = element("strong", "kx-progress-message");
    this.words.setAttribute("role", "status"); // read aloud when it changes; the seconds are not
    this.more = element("span", "kx-progress-detail");
    this.more.dir = "auto";
    this.clock = element("span", "kx-progress-time");
    const text = element("p", "kx-progress-text", this.words, this.more, this.clock);
    this.row = element("div", "kx-progress", text, element("div", "kx-progress-bar"));
    parent.append(this.row);
  }

  /** @param {{data: {line: string}}} component */
  update({ data }) {
    /** @type {Line | null} */
    const line = JSON.parse(data.line);
    const { message: words, detail: more, elapsed_seconds: elapsed } = line ?? { message: "", detail: "", elapsed_seconds: null };
    const runs = elapsed !== null;
    this.row.dataset.kind = runs ? "running" : line ? "ended" : "idle";
    if (this.words.textContent !== words) this.words.textContent = words;
    this.more.textContent = this.more.title = more;
    this.clock.textContent = "";
    clearInterval(this.timer);
    if (!runs) return;
    const begunAt = performance.now() - elapsed * 1000;
    this.tick(line.expected_seconds, begunAt);
    this.timer = setInterval(() => this.tick(line.expected_seconds, begunAt), TICK_MS);
  }

  /**
   * @param {number | null} expected seconds
   * @param {number} begunAt `performance.now()` of when it began
   */
  tick(expected, begunAt) {
    const elapsedMs = performance.now() - begunAt;
    const usual = expected ? `, usually ${durationText(Math.ceil(expected) * 1000)}` : "";
    this.clock.textContent = durationText(elapsedMs) + usual;
    const share = expected ? Math.min(FULLEST, elapsedMs / 1000 / expected) : 0;
    this.row.style.setProperty("--kx-progress-share", String(share));
  }

  destroy() {
    clearInterval(this.timer);
    this.row.remove();
  }
}

export default mountComponent((parent) => new ProgressLine(parent));
