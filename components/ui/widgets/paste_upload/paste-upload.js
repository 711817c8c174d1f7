/**
 * Gives an image that is pasted or dropped anywhere to the uploader that Python names.
 *
 * The page may change between the drop and the moment when Python has the file, which removes the
 * uploader. So the file is held until Python counts the upload, and given again to the next
 * uploader.
 */

import { chooseFile, chooseTarget, remember } from "./paste-rules.js";
import { findUploaderInput, giveFile, isInUploader } from "../../streamlit_internals/file-uploader.js";
import { isIdle, whenIdle } from "../../streamlit_internals/script-idle.js";
import { closest } from "../shared/dom.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */

/**
 * @typedef {Component<{uploader: string, round: number, max_bytes: number}>} PasteComponent
 * @typedef {object} HeldFile
 * @property {File} file
 * @property {number} until when it is given up, epoch milliseconds
 * @property {HTMLInputElement | null} input that got it last
 * @property {number | null} round of Python when it was given
 * @typedef {{targets: PasteComponent[], held: HeldFile | null}} PasteState
 */

const HOLD_MS = 60_000; // how long a file waits for an uploader: a busy server draws slowly

/** One per window: page elements come and go, a dropped file must not be lost. */
const state = (window.kontextUploads ??= { targets: [], held: null });

/** @returns {PasteComponent | undefined} what takes files on this page */
function currentTarget() {
  return chooseTarget(state.targets, (uploader) => findUploaderInput(uploader) !== null);
}

/**
 * @param {ClipboardEvent} event
 * @returns {boolean} whether the user wants the pasted text, and not the image beside it
 */
function wantsText(event) {
  const field = closest(event.target, "input, textarea, [contenteditable]");
  return field !== null && Boolean(event.clipboardData?.types.includes("text/plain"));
}

/** Give the held file to the page's uploader, again if the one that had it is gone. */
function deliver() {
  const { held, targets } = state;
  const target = currentTarget();
  if (!held || !target) return;
  const { uploader } = target.data;
  const lastRound = Math.max(...targets.map(({ data }) => data.round));
  const isCounted = held.round !== null && lastRound > held.round;
  if (isCounted || Date.now() > held.until) {
    state.held = null; // Python has it, or no uploader will come
    return;
  }
  const input = findUploaderInput(uploader);
  if (input && input !== held.input && isIdle()) {
    Object.assign(held, { input, round: lastRound });
    giveFile(input, held.file);
  }
  requestAnimationFrame(deliver);
}

/**
 * Hold the first image among the files, or tell Python of the file that is rejected.
 * @param {FileList} files
 */
function take(files) {
  const target = currentTarget();
  if (!target) return;
  const choice = chooseFile([...files], target.data.max_bytes);
  if ("rejected" in choice) {
    const rejected = JSON.stringify(choice.rejected);
    whenIdle(() => currentTarget()?.setTriggerValue("rejected", rejected));
    return;
  }
  const isDelivering = state.held !== null;
  state.held = { file: choice.file, until: Date.now() + HOLD_MS, input: null, round: null };
  if (!isDelivering) deliver();
}

/** @param {ClipboardEvent} event */
function onPaste(event) {
  const files = event.clipboardData?.files;
  if (!files?.length || wantsText(event)) return;
  event.preventDefault();
  take(files);
}

/** @param {DragEvent} event */
function onDrop(event) {
  // Not by defaultPrevented: every uploader's own listener on the document sets that.
  if (isInUploader(event.target)) return;
  event.preventDefault(); // or the browser would leave the page to show the file
  const files = event.dataTransfer?.files;
  if (files?.length) take(files);
}

/** @param {DragEvent} event */
function onDragOver(event) {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
}

/** @param {PasteComponent} component */
export default function (component) {
  const isFirst = state.targets.length === 0;
  state.targets = remember(state.targets, component);
  if (!isFirst) return; // it listens as long as the window is open, also between two pages
  document.addEventListener("paste", onPaste);
  document.addEventListener("drop", onDrop);
  document.addEventListener("dragover", onDragOver);
  document.documentElement.dataset.kxTakes = "pictures";
}
