/**
 * Sends one file to the upload route. `fetch` would tell nothing of the progress.
 */

import { failureOf, imageIdIn } from "./upload-rules.js";

/** @import { SendCallbacks } from "./upload-queue.js" */

const MAX_NAME_CHARACTERS = 255;

/**
 * @param {string} url
 * @param {File} file
 * @param {SendCallbacks} callbacks
 * @returns {() => void} aborts it; nothing is called back after that
 */
export function sendPicture(url, file, { onProgress, onEnd }) {
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-File-Name", encodeName(file.name));
  request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
  request.upload.onload = () => onProgress(1);
  request.onload = () => {
    const imageId = request.status === 201 ? imageIdIn(request.responseText) : null;
    const { status, responseText } = request;
    if (imageId) onEnd({ imageId });
    else onEnd(failureOf(status, responseText, request.getResponseHeader("Retry-After")));
  };
  request.onerror = () => onEnd(failureOf(0, "", null));
  request.send(file);
  return () => {
    request.onload = request.onerror = null;
    request.abort();
  };
}

/**
 * @param {string} name
 * @returns {string} for a header; half a surrogate pair, which some systems allow, is replaced
 */
function encodeName(name) {
  const [first = ""] = new URLSearchParams({ name: name.slice(0, MAX_NAME_CHARACTERS) }).toString().split("&");
  return first.slice("name=".length).replaceAll("+", "%20");
}
