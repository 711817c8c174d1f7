/**
 * Gives a picture that is pasted or dropped anywhere to the uploader that Python names.
 *
 * The page may change between the drop and the moment when Python has the file, and takes the
 * uploader that was given it away. So the file is held until Python counts the upload, and given
 * again to the uploader that came instead.
 */

const UPLOADER = '[data-testid="stFileUploader"]';
const PATIENCE_MS = 15_000; // how long a file waits for an uploader to come
const AGAIN_MS = 4000; // longer than the upload of the largest picture takes in a house

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
  const wanted = component.data;
  if (wanted.round !== held.round || Date.now() > held.until) {
    hand.held = null; // Python has it, or nobody will come for it
    return;
  }
  const input = document.querySelector(`.st-key-${CSS.escape(wanted.uploader)} input[type="file"]`);
  const isLost = Date.now() - held.given > AGAIN_MS; // taken away in the middle of its upload
  if (input && (input !== held.input || isLost)) {
    held.input = input;
    held.given = Date.now();
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
  const { data, setTriggerValue } = hand.component;
  const file = [...files].find(isPicture) ?? files[0];
  if (!isPicture(file) || file.size > data.max_bytes) {
    setTriggerValue("refused", JSON.stringify({ name: file.name, is_picture: isPicture(file) }));
    return;
  }
  const isWaiting = Boolean(hand.held);
  hand.held = { file, round: data.round, until: Date.now() + PATIENCE_MS, input: null, given: 0 };
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
  hand.component = component;
  if (!isFirst) return; // it listens as long as the window is open: between two pages as well
  document.addEventListener("paste", onPaste);
  document.addEventListener("drop", onDrop);
  document.addEventListener("dragover", onDragOver);
  document.documentElement.dataset.kxTakes = "pictures";
}
