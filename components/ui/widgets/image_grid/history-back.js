/**
 * The browser's Back closes what lies over the page, as on a phone one expects: a place in the
 * history that is there as long as it is open. Closed otherwise, the place is kept for the next
 * time: to go back by a script would race with whoever goes on at once.
 */

export class HistoryBack {
  /** @param {() => void} close what is open */
  constructor(close) {
    this.close = close;
    this.isOpen = false;
    this.hasPlace = false;
    this.listening = new AbortController();
    // Before Streamlit, which would run the page anew: where one goes is the same page.
    window.addEventListener("popstate", (event) => this.onPop(event), { capture: true, signal: this.listening.signal });
  }

  opened() {
    this.isOpen = true;
    if (!this.hasPlace) history.pushState(history.state, "");
    this.hasPlace = true;
  }

  closed() {
    this.isOpen = false;
  }

  onPop(event) {
    if (!this.hasPlace) return;
    event.stopImmediatePropagation();
    this.hasPlace = false;
    if (this.isOpen) this.close();
    else history.back(); // nothing was open: on to where Back was meant to go
  }

  destroy() {
    this.listening.abort();
  }
}
