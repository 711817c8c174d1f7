/**
 * Toasts of Streamlit (1.67) above what is in the browser's top layer, such as the open picture.
 *
 * What opened last covers the rest there, so they are put on top when they come, and again when
 * something opens over them.
 */

const TOASTS = '[data-testid="stToastContainer"]';
const COVER = "dialog[open], .kx-compare-full, :fullscreen";

/** @param {AbortSignal} signal */
export function keepToastsOnTop(signal) {
  const observer = new MutationObserver(raiseToasts);
  observer.observe(document.body, { childList: true });
  const onToggle = (/** @type {Event} */ { target }) => {
    if (target instanceof Element && !target.matches(TOASTS)) raiseToasts();
  };
  document.addEventListener("toggle", onToggle, { capture: true, signal });
  document.addEventListener("fullscreenchange", raiseToasts, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}

function raiseToasts() {
  const toasts = document.querySelector(TOASTS);
  if (!(toasts instanceof HTMLElement)) return;
  if (toasts.matches(":popover-open")) toasts.hidePopover();
  if (!document.querySelector(COVER)) {
    toasts.popover = null;
    return;
  }
  toasts.popover = "manual";
  toasts.showPopover();
}
