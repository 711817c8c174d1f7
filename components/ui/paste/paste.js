/**
 * Gives a picture that is pasted or dropped anywhere to the uploader that Python names.
 */

const UPLOADER = '[data-testid="stFileUploader"]';

/** @param {DataTransfer | null} transfer */
function pictureIn(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

/** Whether the pasted text, and not the picture beside it, is what the writer wants. */
function wantsText(event) {
  const field = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
  return Boolean(field) && event.clipboardData.types.includes("text/plain");
}

/**
 * @param {string} uploader key of the `st.file_uploader`
 * @param {File} file
 * @returns {boolean} whether there was an uploader to give it to
 */
function give(uploader, file) {
  const input = document.querySelector(`.st-key-${CSS.escape(uploader)} input[type="file"]`);
  if (!input) return false;
  const hand = new DataTransfer();
  hand.items.add(file);
  input.files = hand.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

export default function ({ data }) {
  const { uploader } = data;

  const onPaste = (event) => {
    const file = pictureIn(event.clipboardData);
    if (file && !wantsText(event) && give(uploader, file)) event.preventDefault();
  };
  const onDrop = (event) => {
    // Not by defaultPrevented: every uploader's own listener on the document sets that.
    if (event.target instanceof Element && event.target.closest(UPLOADER)) return; // it takes it itself
    event.preventDefault(); // or the browser would leave the page to show the file
    const file = pictureIn(event.dataTransfer);
    if (file) give(uploader, file);
  };
  const onDragOver = (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };

  document.addEventListener("paste", onPaste);
  document.addEventListener("drop", onDrop);
  document.addEventListener("dragover", onDragOver);
  return () => {
    document.removeEventListener("paste", onPaste);
    document.removeEventListener("drop", onDrop);
    document.removeEventListener("dragover", onDragOver);
  };
}
