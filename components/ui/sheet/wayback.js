/**
 * Who goes from the lightbox to the table that Python draws over the sheet comes back to it.
 */

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
    this.isCovered = isCovered;
    if (isBack) onceUncovered(() => {
      const { id } = this;
      this.id = "";
      this.comeBack(id);
    });
  }
}

/**
 * Call back when Streamlit's own dialog has left the page: a second one that opens while the first
 * is still going would keep it there.
 */
function onceUncovered(callBack) {
  if (document.querySelector('[data-testid="stDialog"]')) requestAnimationFrame(() => onceUncovered(callBack));
  else callBack();
}
