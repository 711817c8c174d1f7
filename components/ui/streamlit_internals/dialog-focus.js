/**
 * Focus and closing of the dialogs that Python opens with `st.dialog`.
 */

const DIALOG = '[data-testid="stDialog"]';
const OPEN_TIMEOUT_MS = 3_000;
const OPENING_MS = 100; // Streamlit's dialog takes the focus within this time

// Streamlit's own dialog on a lost connection has no such block.
const OPEN = `${DIALOG} [role="dialog"]:has([data-testid="stVerticalBlock"])`;

/** @returns {boolean} whether a dialog that Python has opened covers the page */
export function isDialogOpen() {
  return document.querySelector(OPEN) !== null;
}

/** @returns {HTMLElement | null} the dialog that Python has opened over the page */
export function openDialog() {
  return document.querySelector(OPEN);
}

/** Close it as a press on its own button does. */
export function closeDialog() {
  /** @type {HTMLElement | null | undefined} */
  const closer = openDialog()?.querySelector('button[aria-label="Close"]');
  closer?.click();
}

/**
 * Keep the focus in the dialog that is about to open: without it Escape would not close it. When
 * a script has moved the focus, as a closing lightbox does, react-aria in Streamlit (1.67) takes
 * the focus from the dialog half a second later and waits for what never comes.
 * @param {number} [until] when to stop looking for the dialog, epoch milliseconds
 */
export function keepDialogFocus(until = Date.now() + OPEN_TIMEOUT_MS) {
  const dialog = document.querySelector(`${DIALOG} [role="dialog"]`);
  if (!(dialog instanceof HTMLElement)) {
    if (Date.now() < until) requestAnimationFrame(() => keepDialogFocus(until));
    return;
  }
  const refocus = () => {
    if (document.activeElement === document.body) dialog.focus();
  };
  dialog.addEventListener("focusout", () => setTimeout(refocus));
  setTimeout(refocus, OPENING_MS);
}

/**
 * Call back when Streamlit's dialog has left the page: a second dialog that opens while the first
 * is still closing would keep it there (1.67).
 * @param {() => void} callback
 */
export function afterDialogClosed(callback) {
  if (document.querySelector(DIALOG)) requestAnimationFrame(() => afterDialogClosed(callback));
  else callback();
}
