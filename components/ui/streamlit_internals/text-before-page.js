/**
 * Lets the text of a box leave before a click on a page link.
 *
 * A box sends its text when it is left, in a timer of its own (Streamlit 1.67). A press on a link
 * without a pause sends the page change first. The text then names the old page, Streamlit goes
 * back to it, and what was drawn of the new page is gone.
 */

const PAGE_LINK = '[data-testid="stPageLink-NavLink"]';
const TEXT_BOX = "textarea, input";
const LEAVE_MS = 50; // the box's timer has 0 ms and begins earlier, so it also ends earlier

/** @param {AbortSignal} signal ends it; a click that is held by then still goes on */
export function letTextLeaveFirst(signal) {
  let isLeaving = false;

  /** @param {Event} event */
  function leaveBox({ target }) {
    const box = document.activeElement;
    isLeaving = isOnPageLink(target) && box instanceof HTMLElement && box.matches(TEXT_BOX);
    if (isLeaving && box instanceof HTMLElement) box.blur();
  }

  /** @param {MouseEvent} event */
  function holdClick(event) {
    const { target } = event;
    if (!isLeaving || !target || !isOnPageLink(target)) return;
    isLeaving = false;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => target.dispatchEvent(new MouseEvent("click", event)), LEAVE_MS);
  }

  addEventListener("pointerdown", leaveBox, { capture: true, signal });
  addEventListener("click", holdClick, { capture: true, signal });
}

/**
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
function isOnPageLink(target) {
  return target instanceof Element && target.closest(PAGE_LINK) !== null;
}
