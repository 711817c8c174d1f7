/**
 * The file uploader of Streamlit (1.67): finding it, and handing it a file from a script.
 */

/**
 * @param {EventTarget | null} target
 * @returns {boolean} whether an uploader takes what is dropped there by itself
 */
export function isInUploader(target) {
  return target instanceof Element && target.closest('[data-testid="stFileUploader"]') !== null;
}

/**
 * @param {string} key of the `st.file_uploader`
 * @returns {HTMLInputElement | null}
 */
export function findUploaderInput(key) {
  return document.querySelector(`.st-key-${CSS.escape(key)} input[type="file"]`);
}

/**
 * @param {HTMLInputElement} input
 * @param {File} file
 */
export function giveFile(input, file) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
