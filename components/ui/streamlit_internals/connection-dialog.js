/**
 * Closes the dialog with which Streamlit (1.67) tells of a lost connection.
 *
 * The line at the page's foot tells it better. The dialog is not seen, but takes the focus from
 * whoever writes, and keeps it from the page. Once closed it does not come again.
 */

const DIALOG = '[data-testid="stDialog"]:not(:has([data-testid="stVerticalBlock"]))'; // no page's own
const AWAY = '.stApp:not([data-test-connection-state="CONNECTED"])';
const MOST_FRAMES = 30;

/** @param {AbortSignal} signal ends it */
export function closeConnectionDialog(signal) {
  let writer = document.activeElement;
  document.addEventListener("focusin", (event) => event.target.closest(DIALOG) || (writer = event.target), { signal });
  const watch = new MutationObserver(() => {
    const dialog = document.querySelector(AWAY) && document.querySelector(`body > ${DIALOG}`);
    if (!dialog) return;
    dialog.querySelector('[aria-label="Close"]')?.click();
    giveBack(writer, MOST_FRAMES);
  });
  watch.observe(document.body, { childList: true });
  signal.addEventListener("abort", () => watch.disconnect());
}

/** The page can be focused once it is no longer inert, which may take some frames. */
function giveBack(writer, frames) {
  writer.focus?.({ preventScroll: true });
  if (document.activeElement !== writer && frames > 0) requestAnimationFrame(() => giveBack(writer, frames - 1));
}
