/**
 * When a rerun may be asked for by itself, and not by a hand; and when a hand is heard.
 *
 * What a browser asks of a fragment names the page that it knows. While the page changes that is
 * the one that goes, and the guard has to mend what comes of it. So a push, a clock and a file wait
 * until Streamlit has been idle for a while.
 */

const QUIET_MS = 200; // on its way from one page to another it says for a moment that it is idle
const LOOK_MS = 50;
const LONGEST_RETURN_MS = 5_000; // should nothing be drawn after a return, hands are not tied for ever
const STATE = "data-test-script-state";
const CONNECTION = "data-test-connection-state";

const app = () => document.querySelector(`[${STATE}]`)?.dataset ?? {};
const isConnected = () => app().testConnectionState === "CONNECTED";
const scriptIsIdle = () => app().testScriptState === "notRunning";

let changedAt = -QUIET_MS;
let isLost = false;
let backAt = null; // when the connection came back, until something was drawn after it
const note = () => (changedAt = performance.now());
new MutationObserver((changes) => {
  note();
  const hasRun = changes.some((change) => change.attributeName === STATE && change.oldValue !== "notRunning");
  if (!isConnected()) isLost = true;
  else if (isLost) [isLost, backAt] = [false, changedAt];
  else if (hasRun && scriptIsIdle()) backAt = null;
}).observe(document, {
  attributes: true,
  attributeOldValue: true,
  attributeFilter: [STATE, CONNECTION],
  subtree: true,
});
// What a hand has asked for is on its way for a while before Streamlit says that it is busy.
for (const kind of ["click", "change", "popstate"]) addEventListener(kind, note, { capture: true });

/**
 * Whether the connection has come back and nothing has been drawn since. A server that was
 * restarted drops what is asked for now: it does not know yet what stands on the screen.
 * @returns {boolean}
 */
export function isReconnecting() {
  if (backAt === null || !isConnected()) return false;
  return !scriptIsIdle() || performance.now() - backAt < LONGEST_RETURN_MS;
}

/** @returns {boolean} */
export function isIdle() {
  return scriptIsIdle() && isConnected() && !isReconnecting() && performance.now() - changedAt > QUIET_MS;
}

/**
 * Act at once where it is quiet, or else as soon as it is.
 * @param {() => void} act
 * @param {() => boolean} isReady whether what must come first has come
 * @returns {() => void} takes it back
 */
export function whenIdle(act, isReady = () => true) {
  let waiting = 0;
  const look = () => (isReady() && isIdle() ? act() : (waiting = setTimeout(look, LOOK_MS)));
  look();
  return () => clearTimeout(waiting);
}
