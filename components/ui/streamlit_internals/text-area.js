/**
 * The prompt's box: a textarea of Streamlit's, found by its key and written to as a hand would.
 */

const MOST_FRAMES = 300;

/** A slot of a template, such as {object}. */
const SLOT = /\{[^{}\n]+\}/g;

/**
 * @param {string} key of the `st.text_area`
 * @returns {HTMLTextAreaElement | null}
 */
export function boxOf(key) {
  return document.querySelector(`.st-key-${CSS.escape(key)} textarea`);
}

/**
 * Do something with the box as soon as it is drawn, which may be after what stands beside it.
 * @param {string} key
 * @param {(box: HTMLTextAreaElement) => void} act
 * @param {number} [frames] how often it is still looked for
 */
export function whenDrawn(key, act, frames = MOST_FRAMES) {
  const box = boxOf(key);
  if (box) act(box);
  else if (frames > 0) requestAnimationFrame(() => whenDrawn(key, act, frames - 1));
}

/**
 * Write a text into the box and leave the caret there. Streamlit takes it over when the box is
 * left or Ctrl+Enter is pressed, as with any typing.
 * @param {HTMLTextAreaElement} box
 * @param {string} text
 */
export function fill(box, text) {
  box.focus();
  box.select();
  // Old, but the only way of writing that undo (Ctrl+Z) can take back.
  document.execCommand(text ? "insertText" : "delete", false, text);
  if (box.value === text) return;
  // React keeps a setter of its own on the element and would not see the change.
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Select the next slot of a template from a place on, so that typing replaces it.
 * @param {HTMLTextAreaElement} box
 * @param {number} from
 * @returns {boolean} whether there was one
 */
export function selectSlot(box, from) {
  SLOT.lastIndex = from;
  const slot = SLOT.exec(box.value);
  if (slot) box.setSelectionRange(slot.index, slot.index + slot[0].length);
  return Boolean(slot);
}

/**
 * Keep a box open while the connection is lost: Streamlit closes it, and what is typed on is gone.
 * What is written goes on its way with the next press, as ever.
 * @param {() => HTMLTextAreaElement | null} box
 * @param {AbortSignal} signal ends it
 */
export function keepOpen(box, signal) {
  const watch = new MutationObserver(() => {
    const closed = box();
    if (closed?.disabled) closed.disabled = false;
  });
  watch.observe(document.body, { attributes: true, attributeFilter: ["disabled"], subtree: true });
  signal.addEventListener("abort", () => watch.disconnect());
}
