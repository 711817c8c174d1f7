/**
 * When a rerun may be asked for by itself, and not by a hand.
 *
 * What a browser asks of a fragment names the page that it knows. While the page changes that is
 * the one that goes, and the guard has to mend what comes of it. So a push, a clock and a file wait
 * until Streamlit has been idle for a while.
 */

const QUIET_MS = 200; // on its way from one page to another it says for a moment that it is idle
const LOOK_MS = 50;
const STATE = "data-test-script-state";

let changedAt = -QUIET_MS;
const note = () => (changedAt = performance.now());
new MutationObserver(note).observe(document, { attributes: true, attributeFilter: [STATE], subtree: true });
// What a hand has asked for is on its way for a while before Streamlit says that it is busy.
for (const kind of ["click", "change", "popstate"]) addEventListener(kind, note, { capture: true });

/** @returns {boolean} */
export function isQuiet() {
  const { testScriptState, testConnectionState } = document.querySelector(`[${STATE}]`)?.dataset ?? {};
  const isIdle = testScriptState === "notRunning" && testConnectionState === "CONNECTED";
  return isIdle && performance.now() - changedAt > QUIET_MS;
}

/**
 * Act at once where it is quiet, or else as soon as it is.
 * @param {() => void} act
 * @param {() => boolean} isReady whether what must come first has come
 * @returns {() => void} takes it back
 */
export function whenQuiet(act, isReady = () => true) {
  let waiting = 0;
  const look = () => (isReady() && isQuiet() ? act() : (waiting = setTimeout(look, LOOK_MS)));
  look();
  return () => clearTimeout(waiting);
}
