/**
 * Which files are taken, and the words for those that are not. Touches no document.
 */

const UNTYPED_IMAGE = /\.(heic|heif|avif|jfif|tiff?|psd)$/i; // some systems have no type for these
const MEGABYTE = 1024 * 1024;
const MAX_AT_ONCE = 200;

/** For the file dialog: what `isImage` takes. */
export const ACCEPT = "image/*,.heic,.heif,.avif,.jfif,.tif,.tiff,.psd";

const NO_CONNECTION = "The connection was lost.";
const NO_ANSWER = "The studio does not answer at this moment.";

/**
 * @typedef {{name: string, type: string, size: number}} FileFacts
 * @typedef {object} Failure
 * @property {string} message one or two sentences for the person
 * @property {boolean} canRetry whether the same file may be taken another time
 * @property {boolean} waits whether it is tried again by itself
 */

/**
 * @param {{name: string, type: string}} file
 * @returns {boolean}
 */
export function isImage(file) {
  return file.type.startsWith("image/") || UNTYPED_IMAGE.test(file.name);
}

/**
 * @param {FileFacts} file
 * @param {number} maxBytes
 * @returns {string | null} why a file is not sent; null if it is
 */
export function refusal(file, maxBytes) {
  if (!isImage(file)) return "This is no picture. Choose a JPEG, PNG, WebP, GIF, HEIC or AVIF.";
  if (file.size <= maxBytes) return null;
  return `This is larger than ${Math.round(maxBytes / MEGABYTE)} MB. Make it smaller, or save it as JPEG.`;
}

/**
 * @template {FileFacts} T
 * @param {T[]} files
 * @param {boolean} fromFolder a folder has other files too: they are left out without a word each
 * @returns {{files: T[], note: string}} what to add, and a sentence on what was left out
 */
export function selectFiles(files, fromFolder) {
  const wanted = fromFolder ? files.filter(isImage) : files;
  if (fromFolder && wanted.length === 0) return { files: [], note: "There is no picture in this folder." };
  if (wanted.length <= MAX_AT_ONCE) return { files: wanted, note: "" };
  return {
    files: wanted.slice(0, MAX_AT_ONCE),
    note: `The first ${MAX_AT_ONCE} of ${wanted.length} are taken. Add the others after that.`,
  };
}

/**
 * @param {number} status of the response; 0 where there is none
 * @param {string} body
 * @param {string | null} retryAfter the header
 * @returns {Failure}
 */
export function failureOf(status, body, retryAfter) {
  const message = sentenceIn(body) ?? (status === 0 ? NO_CONNECTION : NO_ANSWER);
  if (status === 413) {
    return { message: sentenceIn(body) ?? "This picture is too large.", canRetry: false, waits: false };
  }
  // Below 400 the studio did not answer: a proxy's page to sign in, for example.
  const canRetry = status < 400 || status === 408 || status >= 500;
  return { message, canRetry, waits: retryAfter !== null };
}

/**
 * @param {string} body of a response, which a proxy may have written
 * @returns {string | null}
 */
function sentenceIn(body) {
  try {
    const { message } = JSON.parse(body);
    return typeof message === "string" ? message : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} body of a response
 * @returns {string | null} the id of the stored picture
 */
export function imageIdIn(body) {
  try {
    const { id } = JSON.parse(body);
    return /^[0-9a-f]{32}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

/**
 * @param {{done: number, refused: number, open: number}} counts
 * @returns {string} such as "2 of 30 are in · 1 not taken"
 */
export function summaryOf({ done, refused, open }) {
  const all = done + refused + open;
  const notTaken = refused ? `${refused} not taken` : "";
  if (open === 0 && done === 0) return notTaken;
  const isIn = open === 0 ? `${done} ${done === 1 ? "picture is" : "pictures are"} in` : `${done} of ${all} are in`;
  return notTaken ? `${isIn} · ${notTaken}` : isIn;
}

/**
 * @param {string} name of a file
 * @returns {string} its ending, for the place of a picture that is not there yet
 */
export function endingOf(name) {
  return /\.([a-z0-9]{1,4})$/i.exec(name)?.[1]?.toUpperCase() ?? "";
}
