/**
 * When a script may request a rerun by itself, without a user asking for it.
 *
 * A fragment's rerun request names the page that the browser knows. While the page changes, that
 * is the old page, and Streamlit (1.67) then blanks the new one (see `page_watchdog`). So updates,
 * timers and files wait until Streamlit has been idle for a while.
 */

import { LastPress } from "./last-press.js";
import { ScriptState } from "./script-state.js";

const CHECK_MS = 50;
const SCRIPT_ATTRIBUTE = "data-test-script-state";
const CONNECTION_ATTRIBUTE = "data-test-connection-state";
const NOT_RUNNING = "notRunning";

/** Streamlit (1.67) reruns only one fragment for triggers of the same moment: leave a gap. */
export const TRIGGER_GAP_MS = 20;

const state = new ScriptState();
const lastPress = new LastPress();

/** @returns {import("./script-state.js").Status} */
function status() {
  const app = document.querySelector(`[${SCRIPT_ATTRIBUTE}]`);
  return {
    isConnected: app?.getAttribute(CONNECTION_ATTRIBUTE) === "CONNECTED",
    isRunning: app?.getAttribute(SCRIPT_ATTRIBUTE) !== NOT_RUNNING,
  };
}

new MutationObserver((changes) => {
  const hasRun = changes.some(
    (change) => change.attributeName === SCRIPT_ATTRIBUTE && change.oldValue !== NOT_RUNNING,
  );
  state.recordChange(performance.now(), status(), hasRun);
  lastPress.recordChange(status(), hasRun);
}).observe(document, {
  attributes: true,
  attributeOldValue: true,
  attributeFilter: [SCRIPT_ATTRIBUTE, CONNECTION_ATTRIBUTE],
  subtree: true,
});
for (const kind of ["click", "change", "popstate"]) {
  addEventListener(kind, () => state.recordRequest(performance.now()), { capture: true });
}

/** A press that must not be lost without a word. */
export function recordPress() {
  lastPress.recordPress(performance.now(), status().isConnected);
}

/** @returns {number | null} how many milliseconds ago a press was lost; each is told once */
export function takeLostPress() {
  return lastPress.takeLost(performance.now());
}

/** @returns {boolean} */
export function isIdle() {
  return state.isIdle(performance.now(), status());
}

/**
 * Call back now if the script is idle, or else as soon as it is. The next one waits for the end of
 * what this one requests: of two requests of the same moment Streamlit (1.67) drops one.
 * @param {() => void} callback
 * @param {() => boolean} [isReady] whether what must come first has come
 * @returns {() => void} cancels it
 */
export function whenIdle(callback, isReady = () => true) {
  let timer = 0;
  const check = () => {
    if (isReady() && isIdle()) {
      state.recordRequest(performance.now());
      callback();
    } else timer = setTimeout(check, CHECK_MS);
  };
  check();
  return () => clearTimeout(timer);
}
