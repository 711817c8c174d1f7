/**
 * Copies prompts and images to the clipboard.
 */

import { element } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";

/** @import { Card } from "./types.js" */

/**
 * @param {Card} card
 * @returns {Promise<string>} a message for the user
 */
export async function copyPrompt(card) {
  if (navigator.clipboard) await navigator.clipboard.writeText(card.prompt);
  else copyBySelection(card.prompt);
  return "Prompt copied";
}

/**
 * Outside https a browser has no clipboard object, but still copies what is selected.
 * @param {string} text
 */
function copyBySelection(text) {
  const field = element("textarea", "");
  field.value = text;
  const focused = document.activeElement;
  // In front of an open dialog, outside of which nothing can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (!isCopied) throw new Error("The browser did not copy");
}

/**
 * @param {Card} card
 * @returns {Promise<string>} a message for the user
 */
export async function copyImage(card) {
  const url = appUrl(card.picture_url);
  if (!("ClipboardItem" in window) || !navigator.clipboard || !url) {
    return "This browser copies pictures on https alone";
  }
  // The promise goes in unresolved: browsers want the clipboard requested within the click.
  await navigator.clipboard.write([new ClipboardItem({ "image/png": fetchPng(url) })]);
  return "Picture copied";
}

/**
 * @param {string} url
 * @returns {Promise<Blob>} a PNG file, the only format that the clipboard takes
 */
async function fetchPng(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`No image at ${url}`);
  const file = await response.blob();
  if (file.type === "image/png") return file;
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((png) => (png ? resolve(png) : reject(new Error("No PNG"))), "image/png");
  });
}
