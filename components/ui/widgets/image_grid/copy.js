/**
 * Puts prompts and pictures on the clipboard.
 */

import { appUrl } from "../shared/urls.js";
import { element } from "../shared/dom.js";

/**
 * @param {Card} card
 * @returns {Promise<string>} what to tell
 */
export async function copyPrompt(card) {
  if (navigator.clipboard) await navigator.clipboard.writeText(card.prompt);
  else copyBySelection(card.prompt);
  return "Prompt copied";
}

/** Outside https a browser has no clipboard object, but still copies what is selected. */
function copyBySelection(text) {
  const field = element("textarea", "");
  field.value = text;
  const focused = document.activeElement;
  // In front of an open dialog, outside of which nothing can be selected.
  const place = document.querySelector("dialog[open]") ?? document.body;
  place.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  if (!isCopied) throw new Error("The browser did not copy");
}

/**
 * @param {Card} card
 * @returns {Promise<string>} what to tell
 */
export async function copyPicture(card) {
  if (!window.ClipboardItem || !navigator.clipboard) return "This browser copies pictures on https alone";
  // The promise goes in unresolved: browsers ask for the clipboard within the click.
  await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(appUrl(card.picture_url)) })]);
  return "Picture copied";
}

/** @returns {Promise<Blob>} the clipboard takes no other format */
async function pngOf(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`No picture at ${url}`);
  const file = await answer.blob();
  if (file.type === "image/png") return file;
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
