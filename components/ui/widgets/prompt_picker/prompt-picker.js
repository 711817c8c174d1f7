/**
 * Earlier prompts and templates for the prompt box: by Alt with the arrow keys, and from lists.
 */

import { DraftGuard } from "./draft-guard.js";
import { PromptPopover } from "./popover.js";
import { PromptHistoryKeys } from "./prompt-history-keys.js";
import { nextSlot } from "./template-slots.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { whenIdle } from "../../streamlit_internals/script-idle.js";
import {
  findTextArea,
  keepTextAreaEnabled,
  typeText,
  whenTextAreaDrawn,
} from "../../streamlit_internals/text-area.js";
import { element } from "../shared/dom.js";
import { receiveKeys } from "../shared/page-keys.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { PromptItem } from "./popover.js" */

/**
 * @typedef {{current_text: string, loads: number, focus: number, history: PromptItem[], templates: PromptItem[]}} Prompts
 *   as in `__init__.py`
 * @typedef {Component<{box: string, prompts: string}>} PickerComponent
 */

/** @type {readonly (readonly [string, string])[]} */
const PROMPT_SHORTCUTS = [
  ["Ctrl+Enter", "Send"],
  ["Alt+↑ ↓", "Earlier prompts, while typing"],
  ["Tab", "Next braces of a template"],
];

/** Of the window: Streamlit mounts another picker on each page. */
let lastFocus = 0;

class PromptPicker {
  #history = new PromptPopover({
    name: "History",
    search: "Search earlier prompts",
    footer: "In the prompt, Alt with ↑ or ↓ does the same.",
    choose: (item) => this.#write(item.text),
    pin: (item) =>
      this.#component?.setTriggerValue("pin", { id: item.id, pinned: !item.pinned }),
  });
  #templates = new PromptPopover({
    name: "Templates",
    search: "Search templates",
    footer: "Type over what is in braces. Tab goes to the next.",
    choose: (item) => this.#writeTemplate(item.text),
  });
  #root;
  #listening = new AbortController();
  #historyKeys = new PromptHistoryKeys();
  /** @type {PickerComponent | null} */
  #component = null;
  /** The key of the prompt box, another on each page. */
  #boxKey = "";
  #draft = new DraftGuard("");
  #currentText = "";
  #cancelRestore = () => {};
  /** @type {string[]} Earlier prompts, newest first. */
  #prompts = [];
  #isInTemplate = false;
  #endKeys;

  /** @param {Element} parent */
  constructor(parent) {
    this.#root = element("div", "kx-picker", this.#templates.opener, this.#history.opener);
    this.#root.append(this.#templates.root, this.#history.root);
    parent.append(this.#root);
    this.#endKeys = receiveKeys({ root: this.#root, keys: () => [{ title: "Prompt", rows: PROMPT_SHORTCUTS }] });
    const { signal } = this.#listening;
    document.addEventListener("keydown", (event) => this.#onKey(event), { capture: true, signal });
    document.addEventListener("input", (event) => this.#onInput(event), { signal });
    document
      .querySelector(".kx-skip")
      ?.addEventListener("click", () => whenTextAreaDrawn(this.#boxKey, (box) => box.focus()), { signal });
    document.addEventListener("focusout", (event) => this.#onLeave(event), { signal });
    keepTextAreaEnabled(() => this.#box, signal);
  }

  get #box() {
    return findTextArea(this.#boxKey);
  }

  /** What is in the box while the user types there, else "". */
  get #textOfTyping() {
    const box = this.#box;
    return box && box === document.activeElement ? box.value : "";
  }

  /** @param {PickerComponent} component */
  update(component) {
    this.#component = component;
    const { box, prompts } = component.data;
    /** @type {Prompts} */
    const { current_text: currentText, loads, focus, history, templates } = JSON.parse(prompts);
    const isOtherBox = this.#boxKey !== box;
    if (isOtherBox) this.#begin(box);
    const area = this.#box;
    const isTyping = area !== null && area === document.activeElement;
    this.#draft.discardBefore(loads, { isTyping });
    if (!isOtherBox) {
      this.#draft.confirm(currentText, { text: area?.value, isTyping });
    }
    this.#focusOnce(focus);
    this.#currentText = currentText;
    this.#prompts = history
      .filter((item) => item.history_index !== null)
      .sort((one, other) => (one.history_index ?? 0) - (other.history_index ?? 0))
      .map((item) => item.text);
    this.#history.show(history);
    this.#templates.show(templates);
  }

  /**
   * Only when all is drawn: text that is drawn into a box with the focus counts as typed.
   * @param {number} focus
   */
  #focusOnce(focus) {
    if (!focus || focus === lastFocus) return;
    lastFocus = focus;
    whenTextAreaDrawn(this.#boxKey, () =>
      whenIdle(() => {
        this.#box?.focus();
        this.#box?.select();
      }),
    );
  }

  /** @param {string} boxKey */
  #begin(boxKey) {
    this.#draft.leavePage(this.#currentText);
    this.#boxKey = boxKey;
    this.#draft = new DraftGuard(boxKey);
    this.#isInTemplate = false;
    this.#historyKeys.restart();
    this.#cancelRestore();
    whenTextAreaDrawn(boxKey, (box) => {
      box.dir = "auto"; // a prompt may run from right to left
      if (this.#textOfTyping) this.#draft.keep(this.#textOfTyping);
      // Until then Streamlit (1.67) may draw another text over the one that is put back.
      this.#cancelRestore = whenIdle(() => this.#restoreDraft());
    });
  }

  #restoreDraft() {
    const box = this.#box;
    if (!box) return;
    const text = this.#draft.restore(this.#currentText, this.#textOfTyping);
    if (text === null) return;
    typeText(box, text);
    box.blur(); // Streamlit now takes the text over
  }

  destroy() {
    this.#endKeys();
    this.#listening.abort();
    this.#cancelRestore();
    this.#draft.leavePage(this.#currentText);
    this.#root.remove();
  }

  /** @param {string} text */
  #write(text) {
    const box = this.#box;
    if (box) typeText(box, text);
    this.#isInTemplate = false;
  }

  /** @param {string} text */
  #writeTemplate(text) {
    this.#write(text);
    this.#isInTemplate = this.#selectSlot(0);
  }

  /**
   * Select the next slot of a template, so that typing replaces it.
   * @param {number} from
   * @returns {boolean} whether there was one
   */
  #selectSlot(from) {
    const box = this.#box;
    const slot = box && nextSlot(box.value, from);
    if (slot) box.setSelectionRange(slot.start, slot.end);
    return Boolean(slot);
  }

  /** @param {KeyboardEvent} event pressed anywhere on the page */
  #onKey(event) {
    const box = this.#box;
    if (!box || event.target !== box) return;
    const { key, altKey } = event;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (isPlain && altKey && (key === "ArrowUp" || key === "ArrowDown")) {
      event.preventDefault();
      const text = this.#historyKeys.step(key === "ArrowUp" ? 1 : -1, box.value, this.#prompts);
      if (text !== null) this.#write(text);
    } else if (isPlain && !altKey && key === "Tab" && this.#isInTemplate) {
      this.#isInTemplate = this.#selectSlot(box.selectionEnd);
      if (this.#isInTemplate) event.preventDefault();
    } else if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      this.#historyKeys.restart();
      this.#draft.send();
    }
  }

  /** @param {FocusEvent} event */
  #onLeave(event) {
    if (event.target === this.#box) this.#draft.send();
  }

  /** @param {Event} event */
  #onInput(event) {
    const box = this.#box;
    if (!box || event.target !== box) return;
    this.#draft.keep(box.value);
  }
}

export default mountComponent((parent) => new PromptPicker(parent));
