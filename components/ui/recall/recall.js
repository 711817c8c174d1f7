/**
 * Earlier prompts and templates beside the prompt's box: by Alt with the arrows, and from lists.
 *
 * @typedef {{earlier: Row[], templates: Row[]}} Texts as `__init__.py` says
 */

import { boxOf, fill, selectSlot, whenDrawn } from "./box.js";
import { make, Panel } from "./panel.js";
import { forgetUnsent, keepUnsent, putBackUnsent } from "./unsent.js";
import { Walk } from "./walk.js";

/** @type {WeakMap<Element, Recall>} By the element that Streamlit gives the component. */
const RECALLS = new WeakMap();

class Recall {
  /** @param {Element} parent @param {string} box */
  constructor(parent, box) {
    this.box = box;
    this.walk = new Walk();
    this.inTemplate = false;
    this.history = new Panel({
      name: "History",
      search: "Search earlier prompts",
      foot: "In the prompt, Alt with ↑ or ↓ does the same.",
      take: (row) => this.put(row.text),
      pin: (row) => this.pin(row),
    });
    this.templates = new Panel({
      name: "Templates",
      search: "Search templates",
      foot: "Type over what is in braces. Tab goes to the next.",
      take: (row) => this.putTemplate(row.text),
    });
    const root = make("div", "kx-recall", this.templates.opener, this.history.opener);
    root.append(this.templates.panel, this.history.panel);
    parent.querySelector(":scope > .kx-recall")?.remove();
    parent.append(root);
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("keydown", (event) => this.press(event), { capture: true, signal });
    document.addEventListener("input", (event) => this.typed(event), { signal });
    document.addEventListener("focusout", (event) => this.left(event), { signal });
    putBackUnsent(box);
    whenDrawn(box, (drawn) => (drawn.dir = "auto")); // a prompt may run from right to left
  }

  /** Let go of the page. */
  end() {
    this.listening.abort();
  }

  /** @param {string} text */
  put(text) {
    const box = boxOf(this.box);
    if (box) fill(box, text);
    this.inTemplate = false;
  }

  /** @param {string} text */
  putTemplate(text) {
    this.put(text);
    const box = boxOf(this.box);
    this.inTemplate = Boolean(box) && selectSlot(box, 0);
  }

  /** @param {KeyboardEvent} event pressed anywhere on the page */
  press(event) {
    const box = boxOf(this.box);
    if (!box || event.target !== box) return;
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (plain && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const text = this.walk.step(event.key === "ArrowUp" ? 1 : -1, box.value, this.sent);
      if (text !== null) this.put(text);
    } else if (plain && !event.altKey && event.key === "Tab" && this.inTemplate) {
      this.inTemplate = selectSlot(box, box.selectionEnd);
      if (this.inTemplate) event.preventDefault();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      this.walk.restart();
      forgetUnsent(this.box);
    }
  }

  /** @param {Event} event */
  typed(event) {
    if (event.target === boxOf(this.box)) keepUnsent(this.box, event.target.value);
  }

  /** @param {Event} event */
  left(event) {
    if (event.target === boxOf(this.box)) forgetUnsent(this.box);
  }
}

/**
 * Streamlit calls this at every rerun that changes the data, and the function it returns also for
 * a call that a newer one overtook (1.67): only a parent that has left the page ends its recall.
 */
export default function ({ data, parentElement, setTriggerValue }) {
  let recall = RECALLS.get(parentElement);
  if (recall?.box !== data.box) {
    recall?.end();
    recall = new Recall(parentElement, data.box);
    RECALLS.set(parentElement, recall);
  }
  const texts = JSON.parse(data.texts);
  const onTheWay = texts.earlier.filter((row) => row.place !== null);
  recall.sent = onTheWay.sort((one, other) => one.place - other.place).map((row) => row.text);
  recall.pin = (row) => setTriggerValue("pin", { id: row.id, pinned: !row.pinned });
  recall.history.show(texts.earlier);
  recall.templates.show(texts.templates);
  return () => {
    if (parentElement.isConnected) return;
    recall.end();
    RECALLS.delete(parentElement);
  };
}
