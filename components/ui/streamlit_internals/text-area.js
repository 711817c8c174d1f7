/**
 * A text area of Streamlit (1.67): found by its key, and written to as if typed.
 */

const MAX_FRAMES = 300;

/**
 * @param {string} key of the `st.text_area`
 * @returns {HTMLTextAreaElement | null}
 */
export function findTextArea(key) {
  return document.querySelector(`.st-key-${CSS.escape(key)} textarea`);
}

/**
 * Call back with the text area as soon as it is drawn, which may be after the caller's component.
 * @param {string} key
 * @param {(box: HTMLTextAreaElement) => void} callback
 * @param {number} [frames] how often it is still looked for
 */
export function whenTextAreaDrawn(key, callback, frames = MAX_FRAMES) {
  const box = findTextArea(key);
  if (box) callback(box);
  else if (frames > 0) requestAnimationFrame(() => whenTextAreaDrawn(key, callback, frames - 1));
}

/**
 * Replace the text and leave the caret in the box. Streamlit takes the text over when the box is
 * left or Ctrl+Enter is pressed, as with any typing.
 * @param {HTMLTextAreaElement} box
 * @param {string} text
 */
export function typeText(box, text) {
  box.focus();
  box.select();
  // Deprecated, but the only way of writing that Ctrl+Z can undo.
  document.execCommand(text ? "insertText" : "delete", false, text);
  if (box.value === text) return;
  // React replaces the element's own setter and would not see a plain assignment.
  const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  value?.set?.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Keep a text area enabled while the connection is lost: Streamlit (1.67) disables it, and the
 * letters typed meanwhile would be lost.
 * @param {() => HTMLTextAreaElement | null} findBox
 * @param {AbortSignal} signal
 */
export function keepTextAreaEnabled(findBox, signal) {
  const observer = new MutationObserver(() => {
    const box = findBox();
    if (box?.disabled) box.disabled = false;
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["disabled"], subtree: true });
  signal.addEventListener("abort", () => observer.disconnect());
}
