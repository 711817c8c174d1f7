/**
 * Closes the "Connection error" dialog of Streamlit (1.67).
 *
 * `streamlit.css` hides it and shows a line at the foot of the page instead. Hidden, the dialog
 * still takes the focus from a person who types. Once closed it does not come again.
 */

const CONNECTION_DIALOG =
  '[data-testid="stDialog"]:not(:has([data-testid="stVerticalBlock"]))'; // not one of the app's own
const DISCONNECTED = '.stApp:not([data-test-connection-state="CONNECTED"])';
const MAX_FRAMES = 30;

/** @param {AbortSignal} signal */
export function closeConnectionDialog(signal) {
  let focused = document.activeElement;
  document.addEventListener(
    "focusin",
    ({ target }) => {
      if (target instanceof Element && !target.closest(CONNECTION_DIALOG)) focused = target;
    },
    { signal },
  );
  const observer = new MutationObserver(() => {
    if (!document.querySelector(DISCONNECTED)) return;
    const dialog = document.querySelector(`body > ${CONNECTION_DIALOG}`);
    if (!dialog) return;
    const close = dialog.querySelector('[aria-label="Close"]');
    if (close instanceof HTMLElement) close.click();
    restoreFocus(focused, MAX_FRAMES);
  });
  observer.observe(document.body, { childList: true });
  signal.addEventListener("abort", () => observer.disconnect());
}

/**
 * The page can be focused once it is no longer inert, which may take some frames.
 * @param {Element | null} element
 * @param {number} frames how often it is still tried
 */
function restoreFocus(element, frames) {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
  if (document.activeElement !== element && frames > 0) {
    requestAnimationFrame(() => restoreFocus(element, frames - 1));
  }
}
