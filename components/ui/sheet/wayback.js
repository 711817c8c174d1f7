/**
 * Who goes from the lightbox to the table that Python draws over the sheet comes back to it.
 */

const DIALOG = '[data-testid="stDialog"]';
const PATIENCE_MS = 3000; // for it to come
const OPENING_MS = 100; // and to take the focus

export class WayBack {
  /** @param {(id: string) => void} comeBack to the lightbox of this picture */
  constructor(comeBack) {
    this.comeBack = comeBack;
    this.id = ""; // the picture from whose lightbox one went to the table
    this.isCovered = false;
  }

  /** @param {boolean} isCovered whether the table lies over the sheet */
  update(isCovered = false) {
    const isBack = this.isCovered && !isCovered;
    if (isCovered && !this.isCovered) keepFocus(Date.now() + PATIENCE_MS);
    this.isCovered = isCovered;
    if (isBack) onceUncovered(() => {
      const { id } = this;
      this.id = "";
      this.comeBack(id);
    });
  }
}

/**
 * Let Streamlit's dialog keep the focus: without it Escape would not close it. When a script has
 * moved the focus, as ours does when the lightbox closes, react-aria takes away what it gave the
 * dialog half a second ago, and waits for what never comes.
 * @param {number} until when to look for it no more, epoch milliseconds
 */
function keepFocus(until) {
  const dialog = document.querySelector(`${DIALOG} [role="dialog"]`);
  if (!dialog) {
    if (Date.now() < until) requestAnimationFrame(() => keepFocus(until));
    return;
  }
  const takeBack = () => document.activeElement === document.body && dialog.focus();
  dialog.addEventListener("focusout", () => setTimeout(takeBack));
  setTimeout(takeBack, OPENING_MS);
}

/**
 * Call back when Streamlit's own dialog has left the page: a second one that opens while the first
 * is still going would keep it there.
 */
function onceUncovered(callBack) {
  if (document.querySelector(DIALOG)) requestAnimationFrame(() => onceUncovered(callBack));
  else callBack();
}
