/**
 * Puts prompts and pictures on the clipboard, and tells in a line at the foot of the page what
 * was done; what can be taken back has its button there.
 */

import { element } from "./elements.js";
import { appUrl } from "./push.js";

const SNACK_MS = { said: 3_000, undo: 10_000 };

/**
 * @param {SheetCard} card
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
  // In front of an open dialog, outside of which nothing can be selected.
  const place = document.querySelector("dialog[open]") ?? document.body;
  place.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/**
 * @param {SheetCard} card
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

export class Snack {
  /** The last undo that was offered; a change of page makes a new line, and must not offer it again. */
  static offered;

  /** @param {() => void} undo */
  constructor(undo) {
    this.words = element("span", "");
    this.button = element("button", "kx-sheet-snack-undo", "Undo");
    this.button.type = "button";
    this.button.title = "Ctrl+Z";
    this.button.addEventListener("click", () => {
      this.hide();
      undo();
    });
    this.root = element("div", "kx-sheet-snack", this.words, this.button);
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  /** @param {string} words */
  say(words) {
    this.show(words, false);
  }

  /** @param {{words: string, number: number} | undefined} undo each number is offered once */
  offer(undo) {
    if (!undo) {
      if (this.canUndo) this.hide();
    } else if (Snack.offered !== undo.number) {
      Snack.offered = undo.number;
      this.show(undo.words, true);
    }
  }

  show(words, canUndo) {
    clearTimeout(this.timer);
    this.canUndo = canUndo;
    this.words.textContent = words;
    this.button.hidden = !canUndo;
    this.root.hidden = false;
    this.timer = setTimeout(() => this.hide(), canUndo ? SNACK_MS.undo : SNACK_MS.said);
  }

  hide() {
    clearTimeout(this.timer);
    this.canUndo = false;
    this.root.hidden = true;
  }
}
