/**
 * Gives a picture that is pasted or dropped anywhere to the uploader that Python names.
 *
 * The page may change between the drop and the moment when Python has the file, and takes the
 * uploader that was given it away. So the file is held until Python counts the upload, and given
 * again to the uploader that came instead.
 */

import { isIdle, whenIdle } from "../../streamlit_internals/script-idle.js";

const UPLOADER = '[data-testid="stFileUploader"]';
const PATIENCE_MS = 15_000; // how long a file waits for an uploader to come

const UNNAMED = /\.(heic|heif|avif|jfif|tiff?|psd)$/i; // pictures that some systems have no type for

/** One for the window: what stands on the page changes, what was dropped must not be lost. */
const hand = (window.kontextHand ??= { component: null, held: null });

const isPicture = (file) => file.type.startsWith("image/") || UNNAMED.test(file.name);

/** Whether the pasted text, and not the picture beside it, is what the writer wants. */
function wantsText(event) {
  const field = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
  return Boolean(field) && event.clipboardData.types.includes("text/plain");
}

/** Give the held file to the uploader of the page, again if the one that had it has gone. */
function give() {
  const { held, component } = hand;
  if (!held) return;
  const { uploader, round } = component.data;
  const isCounted = held.input && round !== held.round;
  if (isCounted || Date.now() > held.until) {
    hand.held = null; // Python has it, or nobody will come for it
    return;
  }
  const input = document.querySelector(`.st-key-${CSS.escape(uploader)} input[type="file"]`);
  if (input && input !== held.input && isIdle()) {
    Object.assign(held, { input, round });
    const files = new DataTransfer();
    files.items.add(held.file);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  requestAnimationFrame(give);
}

/**
 * Hold the first picture among the files, or tell Python of the file that it cannot have.
 * @param {FileList} files
 */
function take(files) {
  const file = [...files].find(isPicture) ?? files[0];
  if (!isPicture(file) || file.size > hand.component.data.max_bytes) {
    const refused = JSON.stringify({ name: file.name, is_image: isPicture(file) });
    whenIdle(() => hand.component.setTriggerValue("rejected", refused));
    return;
  }
  const isWaiting = Boolean(hand.held);
  hand.held = { file, until: Date.now() + PATIENCE_MS, input: null, round: null };
  if (!isWaiting) give();
}

function onPaste(event) {
  const { files } = event.clipboardData;
  if (files.length === 0 || wantsText(event)) return;
  event.preventDefault();
  take(files);
}

function onDrop(event) {
  // Not by defaultPrevented: every uploader's own listener on the document sets that.
  if (event.target instanceof Element && event.target.closest(UPLOADER)) return; // it takes it itself
  event.preventDefault(); // or the browser would leave the page to show the file
  const files = event.dataTransfer?.files ?? [];
  if (files.length) take(files);
}

function onDragOver(event) {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
}

/**
 * @param {{data: {uploader: string, round: number, max_bytes: number}, setTriggerValue: Function}}
 *   component
 */
export default function (component) {
  const isFirst = !hand.component;
  if (isFirst || component.data.round >= hand.component.data.round) {
    hand.component = component; // Streamlit also draws a page that is going once more, as it was
  }
  if (!isFirst) return; // it listens as long as the window is open: between two pages as well
  document.addEventListener("paste", onPaste);
  document.addEventListener("drop", onDrop);
  document.addEventListener("dragover", onDragOver);
  document.documentElement.dataset.kxTakes = "pictures";
}
