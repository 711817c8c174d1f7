/**
 * Who goes from the lightbox to the table that Python draws over the sheet comes back to it.
 */

const DIALOG = '[data-testid="stDialog"]';
const PATIENCE_MS = 3000; // for it to come
const OPENING_MS = 100; // and to take the focus
const ANEW_MS = 1000; // a sheet that comes so soon after another is the same one, made anew

/** Who is away, for the window: Streamlit now and then makes a sheet anew in a rerun. */
const NOBODY = { id: "", isCovered: false, isComing: false };
const away = { ...NOBODY, madeAnew: 0 };

export class LightboxReturn {
  /** @param {(id: string) => void} comeBack to the lightbox of this picture */
  constructor(comeBack) {
    this.comeBack = comeBack;
    if (Date.now() - away.madeAnew > ANEW_MS) Object.assign(away, NOBODY);
  }

  /** @returns {string} the picture from whose lightbox one went to the table */
  get id() {
    return away.id;
  }

  set id(id) {
    away.id = id;
  }

  destroy() {
    this.isGone = true;
    away.madeAnew = Date.now();
  }

  /** @param {boolean} isCovered whether the table lies over the sheet */
  update(isCovered = false) {
    if (away.isCovered && !isCovered) away.isComing = true;
    if (isCovered && !away.isCovered) keepFocus(Date.now() + PATIENCE_MS);
    away.isCovered = isCovered;
    if (away.isComing) onceUncovered(() => this.arrive());
  }

  arrive() {
    if (this.isGone || !away.isComing) return;
    const { id } = away;
    Object.assign(away, NOBODY);
    this.comeBack(id);
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
  const cancel = () => document.activeElement === document.body && dialog.focus();
  dialog.addEventListener("focusout", () => setTimeout(cancel));
  setTimeout(cancel, OPENING_MS);
}

/**
 * Call back when Streamlit's own dialog has left the page: a second one that opens while the first
 * is still going would keep it there.
 */
function onceUncovered(callBack) {
  if (document.querySelector(DIALOG)) requestAnimationFrame(() => onceUncovered(callBack));
  else callBack();
}
