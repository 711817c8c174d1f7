/**
 * The browser's Back closes what lies over the page, as on a phone one expects: a place in the
 * history that is there as long as it is open.
 */

export class BackButton {
  /** @param {() => void} close what is open */
  constructor(close) {
    this.close = close;
    this.isOpen = false;
    this.isLeaving = false;
    this.listening = new AbortController();
    // Before Streamlit, which would run the page anew: where one goes is the same page.
    window.addEventListener("popstate", (event) => this.onPop(event), { capture: true, signal: this.listening.signal });
  }

  opened() {
    if (this.isOpen) return;
    this.isOpen = true;
    if (!this.isLeaving) history.pushState(history.state, "");
  }

  closed() {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.isLeaving) return; // it was opened and closed again while we were on our way
    this.isLeaving = true;
    history.back();
  }

  onPop(event) {
    if (!this.isOpen && !this.isLeaving) return;
    event.stopImmediatePropagation();
    if (this.isLeaving) {
      this.isLeaving = false;
      if (this.isOpen) history.pushState(history.state, "");
      return;
    }
    this.isOpen = false;
    this.close();
  }

  destroy() {
    this.listening.abort();
  }
}
