/**
 * Brings a user who went from the lightbox to a dialog that Python opens over the grid back to
 * the lightbox when that dialog closes.
 */

import { afterDialogClosed, keepDialogFocus } from "../../streamlit_internals/dialog-focus.js";

const REMOUNT_MS = 1000; // a grid mounted so soon after another is the same one, mounted again

/** For the window: Streamlit (1.67) now and then mounts a grid again during a rerun. */
const NOBODY = { id: "", isCovered: false, isReturning: false };
const away = { ...NOBODY, unmountedAt: 0 };

export class LightboxReturn {
  #open;
  #isDestroyed = false;

  /** @param {(id: string) => void} open the lightbox with this image */
  constructor(open) {
    this.#open = open;
    if (Date.now() - away.unmountedAt > REMOUNT_MS) Object.assign(away, NOBODY);
  }

  /** The image from whose lightbox the dialog was opened; empty if from elsewhere. */
  get id() {
    return away.id;
  }

  set id(id) {
    away.id = id;
  }

  destroy() {
    this.#isDestroyed = true;
    away.unmountedAt = Date.now();
  }

  /** @param {boolean} isCovered whether the dialog lies over the grid */
  update(isCovered = false) {
    if (away.isCovered && !isCovered) away.isReturning = true;
    if (isCovered && !away.isCovered) keepDialogFocus();
    away.isCovered = isCovered;
    if (away.isReturning) afterDialogClosed(() => this.#return());
  }

  #return() {
    if (this.#isDestroyed || !away.isReturning) return;
    const { id } = away;
    Object.assign(away, NOBODY);
    this.#open(id);
  }
}
