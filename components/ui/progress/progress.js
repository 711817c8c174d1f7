/**
 * The progress line: words, what they are about, and the seconds since it began.
 *
 * @typedef {{words: string, more: string, elapsed_seconds: number | null,
 *   expected_seconds: number | null}} Line as `__init__.py` says
 */

const TICK_MS = 1000;
/** A bar that is full before the picture is there would lie. */
const FULLEST = 0.94;
/** The clock of each row: Streamlit 1.67 calls again without taking the former call down. */
const clocks = new WeakMap();

/** @param {number} seconds */
function inWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function make(tag, className) {
  const node = document.createElement(tag);
  node.className = className;
  return node;
}

/** @param {HTMLElement} parent */
function rowIn(parent) {
  const there = parent.querySelector(":scope > .kx-progress");
  if (there) return there;
  const row = make("div", "kx-progress");
  const text = make("p", "kx-progress-text");
  const words = make("strong", "kx-progress-words");
  const more = make("span", "kx-progress-more");
  const clock = make("span", "kx-progress-clock");
  words.setAttribute("role", "status"); // read aloud when it changes; the seconds are not
  more.dir = "auto";
  text.append(words, more, clock);
  row.append(text, make("div", "kx-progress-bar"));
  parent.append(row);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {Line | null} line
 * @param {number} begunAt `performance.now()` of when it began
 */
function tick(row, line, begunAt) {
  const runs = line !== null && line.elapsed_seconds !== null;
  const seconds = (performance.now() - begunAt) / 1000;
  const usual = runs && line.expected_seconds ? `, usually ${inWords(Math.ceil(line.expected_seconds))}` : "";
  row.querySelector(".kx-progress-clock").textContent = runs ? inWords(seconds) + usual : "";
  const share = runs && line.expected_seconds ? Math.min(FULLEST, seconds / line.expected_seconds) : 0;
  row.style.setProperty("--kx-progress-share", String(share));
}

export default function ({ data, parentElement }) {
  const row = rowIn(parentElement);
  /** @type {Line | null} */
  const line = JSON.parse(data.line);
  const begunAt = performance.now() - (line?.elapsed_seconds ?? 0) * 1000;
  const kind = line === null ? "idle" : line.elapsed_seconds === null ? "ended" : "running";
  row.dataset.kind = kind;
  for (const [name, text] of [["words", line?.words ?? ""], ["more", line?.more ?? ""]]) {
    const node = row.querySelector(`.kx-progress-${name}`);
    if (node.textContent !== text) node.textContent = text;
  }
  row.querySelector(".kx-progress-more").title = line?.more ?? "";
  clearInterval(clocks.get(row));
  tick(row, line, begunAt);
  if (kind === "running") clocks.set(row, setInterval(tick, TICK_MS, row, line, begunAt));
  return () => clearInterval(clocks.get(row));
}
