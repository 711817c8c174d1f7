/**
 * Which pasted or dropped files are taken. Touches no document.
 */

const UNTYPED_IMAGE = /\.(heic|heif|avif|jfif|tiff?|psd)$/i; // some systems have no type for these

/**
 * @param {{name: string, type: string}} file
 * @returns {boolean}
 */
export function isImage(file) {
  return file.type.startsWith("image/") || UNTYPED_IMAGE.test(file.name);
}

/**
 * @template {{name: string, type: string, size: number}} T
 * @param {T[]} files at least one
 * @param {number} maxBytes that the uploader takes
 * @returns {{file: T} | {rejected: {name: string, is_image: boolean}}}
 *   the first image; or the file that is rejected, as no image or as too large
 */
export function chooseFile(files, maxBytes) {
  const file = files.find(isImage) ?? /** @type {T} */ (files[0]);
  if (isImage(file) && file.size <= maxBytes) return { file };
  return { rejected: { name: file.name, is_image: isImage(file) } };
}

const MAX_TARGETS = 4; // of the page that is left and of the new one, before and after an upload

/**
 * Streamlit (1.67) draws a page that is being left once more, as it was: the target that was drawn
 * last may be gone from the page.
 * @template {{data: {uploader: string}}} T
 * @param {T[]} targets newest first
 * @param {T} target drawn now
 * @returns {T[]} the targets to remember, newest first
 */
export function remember(targets, target) {
  const others = targets.filter(({ data }) => data.uploader !== target.data.uploader);
  return [target, ...others].slice(0, MAX_TARGETS);
}

/**
 * @template {{data: {uploader: string}}} T
 * @param {T[]} targets newest first
 * @param {(uploader: string) => boolean} isOnPage
 * @returns {T | undefined} the newest on the page, or else the newest
 */
export function chooseTarget(targets, isOnPage) {
  return targets.find(({ data }) => isOnPage(data.uploader)) ?? targets[0];
}
