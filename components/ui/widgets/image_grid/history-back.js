/**
 * Lets the browser's Back close what lies over the page, as phone users expect. It adds a history
 * entry while something is open. Closed otherwise, the entry stays for the next time: going back
 * by a script would race with the user's next navigation.
 */

export class HistoryBack {
  #close;
  #isOpen = false;
  #hasEntry = false;
  #listening = new AbortController();

  /** @param {() => void} close what is open */
  constructor(close) {
    this.#close = close;
    const { signal } = this.#listening;
    // Before Streamlit, which would rerun the page: the entry is the same page.
    window.addEventListener("popstate", (event) => this.#onPop(event), { capture: true, signal });
  }

  opened() {
    this.#isOpen = true;
    if (!this.#hasEntry) history.pushState(history.state, "");
    this.#hasEntry = true;
  }

  closed() {
    this.#isOpen = false;
  }

  /** @param {PopStateEvent} event */
  #onPop(event) {
    if (!this.#hasEntry) return;
    event.stopImmediatePropagation();
    this.#hasEntry = false;
    if (this.#isOpen) this.#close();
    else history.back(); // nothing was open: on to where Back was meant to go
  }

  destroy() {
    this.#listening.abort();
  }
}
