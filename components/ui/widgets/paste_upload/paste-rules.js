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
