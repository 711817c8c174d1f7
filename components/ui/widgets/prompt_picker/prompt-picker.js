/**
 * Earlier prompts and templates beside the prompt's box: by Alt with the arrows, and from lists.
 *
 * @typedef {{known: string, earlier: PromptItem[], templates: PromptItem[]}} Texts as `__init__.py` says
 */

import { boxOf, fill, keepOpen, selectSlot, whenDrawn } from "../../streamlit_internals/text-area.js";
import { Popover } from "./popover.js";
import { forgetUnsent, keepUnsent, putBackUnsent, settleUnsent } from "./draft-guard.js";
import { HistoryCursor } from "./prompt-history-keys.js";
import { element } from "../shared/dom.js";
import { mountComponent } from "../../streamlit_internals/mount.js";

class PromptPicker {
  /** @param {Element} parent */
  constructor(parent) {
    this.walk = new HistoryCursor();
    this.history = new Popover({
      name: "History",
      search: "Search earlier prompts",
      foot: "In the prompt, Alt with ↑ or ↓ does the same.",
      take: (row) => this.put(row.text),
      pin: (row) => this.pin(row),
    });
    this.templates = new Popover({
      name: "Templates",
      search: "Search templates",
      foot: "Type over what is in braces. Tab goes to the next.",
      take: (row) => this.putTemplate(row.text),
    });
    this.root = element("div", "kx-picker", this.templates.opener, this.history.opener);
    this.root.append(this.templates.panel, this.history.panel);
    parent.append(this.root);
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("keydown", (event) => this.press(event), { capture: true, signal });
    document.addEventListener("input", (event) => this.typed(event), { signal });
    document.addEventListener("focusout", (event) => this.left(event), { signal });
    keepOpen(() => boxOf(this.box), signal);
  }

  /** @param {{data: {box: string, texts: string}, setTriggerValue: Function}} component */
  update({ data, setTriggerValue }) {
    /** @type {Texts} */
    const { current_text: known, history: earlier, templates } = JSON.parse(data.prompts);
    if (this.box !== data.box) this.begin(data.box);
    else if (this.known !== known) settleUnsent(data.box, known);
    this.known = known;
    const onTheWay = earlier.filter((row) => row.history_index !== null);
    this.sent = onTheWay.sort((one, other) => one.history_index - other.history_index).map((row) => row.text);
    this.pin = (row) => setTriggerValue("pin", { id: row.id, pinned: !row.pinned });
    this.history.show(earlier);
    this.templates.show(templates);
  }

  /** @param {string} box the key of the prompt's box, another on each page */
  begin(box) {
    this.box = box;
    this.isLeft = false; // since the last letter: then Streamlit has them on their way
    this.walk.restart();
    this.inTemplate = false;
    putBackUnsent(box);
    whenDrawn(box, (drawn) => (drawn.dir = "auto")); // a prompt may run from right to left
  }

  destroy() {
    this.listening.abort();
    // Another page comes; on the way back what stands in the box may be a remix.
    if (this.isLeft) forgetUnsent(this.box);
    this.root.remove();
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
    }
  }

  /** @param {Event} event */
  typed(event) {
    if (event.target !== boxOf(this.box)) return;
    this.isLeft = false;
    keepUnsent(this.box, event.target.value);
  }

  /** @param {Event} event */
  left(event) {
    if (event.target === boxOf(this.box)) this.isLeft = true;
  }
}

export default mountComponent((parent) => new PromptPicker(parent));
