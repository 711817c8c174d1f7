/**
 * A popover below a button: a searchable list of prompts, one of which is chosen.
 */

import { matches, normalize } from "./prompt-search.js";
import { button, closest, element } from "../shared/dom.js";

/**
 * @typedef {{id: string, title: string, text: string, pinned: boolean,
 *   history_index: number | null}} PromptItem as in `__init__.py`
 */

const PIN_PATH = "M9 4h6l-1 6 3.5 3.5v1.5h-11v-1.5l3.5-3.5zM12 15v5.5";
const GAP_PX = 6;
const EDGE_PX = 8;

function pinIcon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PIN_PATH);
  svg.append(path);
  return svg;
}

export class PromptPopover {
  #search = element("input", "kx-picker-search");
  #list = element("ul", "kx-picker-list");
  #empty = element("p", "kx-picker-empty", "Nothing like that.");
  #drawn = "";
  #choose;
  #pin;

  /**
   * @param {object} options
   * @param {string} options.name on the button
   * @param {string} options.search what the search field is for
   * @param {string} options.footer
   * @param {(item: PromptItem) => void} options.choose
   * @param {(item: PromptItem) => void} [options.pin] without it nothing can be pinned
   */
  constructor({ name, search, footer, choose, pin }) {
    this.#choose = choose;
    this.#pin = pin;
    this.opener = button("kx-picker-button", name);
    this.opener.setAttribute("aria-haspopup", "dialog");
    Object.assign(this.#search, { type: "search", placeholder: search });
    this.#search.setAttribute("aria-label", search);
    this.root = element("div", "kx-picker-popover", this.#search, this.#list, this.#empty);
    this.root.append(element("p", "kx-picker-footer", footer));
    this.root.popover = "auto";
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", name);
    this.opener.popoverTargetElement = this.root;
    this.#search.addEventListener("input", () => this.#filter());
    this.root.addEventListener("keydown", (event) => this.#onKey(event));
    this.root.addEventListener("toggle", (event) => {
      if (event instanceof ToggleEvent && event.newState === "open") this.#onOpened();
    });
  }

  /** @param {PromptItem[]} items in display order; an unchanged list is left alone */
  show(items) {
    const drawn = JSON.stringify(items);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.opener.hidden = items.length === 0;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.#list.contains(active) ? active.dataset : null;
    this.#list.replaceChildren(...items.map((item) => this.#listItem(item)));
    this.#filter();
    if (!focused) return;
    const { id, does } = focused;
    /** @type {HTMLElement | null} */
    const again = this.#list.querySelector(`[data-id="${id}"][data-does="${does}"]`);
    again?.focus();
  }

  /** @param {PromptItem} item */
  #listItem(item) {
    const text = element("span", "kx-picker-text", item.text);
    text.dir = "auto";
    const choose = button("kx-picker-choose", text);
    if (item.title) choose.prepend(element("span", "kx-picker-title", item.title));
    choose.title = item.text;
    Object.assign(choose.dataset, { id: item.id, does: "take" });
    choose.addEventListener("click", () => {
      this.root.hidePopover();
      this.#choose(item);
    });
    const made = element("li", "kx-picker-item", choose);
    made.dataset.words = normalize(`${item.title} ${item.text}`);
    if (this.#pin) made.append(this.#pinButton(item, this.#pin));
    return made;
  }

  /**
   * @param {PromptItem} item
   * @param {(item: PromptItem) => void} pin
   */
  #pinButton(item, pin) {
    const made = button("kx-picker-pin", pinIcon());
    made.setAttribute("aria-pressed", String(item.pinned));
    made.setAttribute("aria-label", `${item.pinned ? "Unpin" : "Pin"}: ${item.text}`);
    made.title = item.pinned ? "Unpin" : "Pin to the top";
    Object.assign(made.dataset, { id: item.id, does: "pin" });
    made.addEventListener("click", () => {
      made.setAttribute("aria-pressed", String(!item.pinned));
      pin(item);
    });
    return made;
  }

  #filter() {
    for (const item of this.#list.querySelectorAll("li")) {
      item.hidden = !matches(item.dataset.words ?? "", this.#search.value);
    }
    this.#empty.hidden = this.#shownButtons().length > 0;
  }

  /** @returns {HTMLElement[]} */
  #shownButtons() {
    return [...this.#list.querySelectorAll("li")]
      .filter((item) => !item.hidden)
      .flatMap((item) => item.querySelector("button") ?? []);
  }

  #onOpened() {
    const from = this.opener.getBoundingClientRect();
    const { offsetWidth: width, style } = this.root;
    const left = Math.min(from.right - width, innerWidth - width - EDGE_PX);
    style.left = `${Math.max(EDGE_PX, left)}px`;
    style.top = `${from.bottom + GAP_PX}px`;
    style.maxHeight = `${innerHeight - from.bottom - GAP_PX - EDGE_PX}px`;
    this.#search.value = "";
    this.#filter();
    this.#list.scrollTop = 0;
    // On a touch screen the keyboard would cover the list.
    if (!matchMedia("(pointer: coarse)").matches) this.#search.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const buttons = this.#shownButtons();
    if (event.key === "Enter" && event.target === this.#search) {
      buttons[0]?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const focused = closest(event.target, ".kx-picker-item")?.querySelector("button");
      const index = focused ? buttons.indexOf(focused) : -1;
      const next = index + (event.key === "ArrowDown" ? 1 : -1);
      (buttons[next] ?? (next < 0 ? this.#search : buttons.at(-1)))?.focus();
    } else {
      return;
    }
    event.preventDefault();
  }
}
