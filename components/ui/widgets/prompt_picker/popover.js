/**
 * A panel under a button: a searchable list of texts, one of which is taken.
 *
 * @typedef {{id: string, title: string, text: string, pinned: boolean, place: number | null}} PromptItem
 *   as `__init__.py` says
 */

import { element } from "../shared/dom.js";

const PIN = "M9 4h6l-1 6 3.5 3.5v1.5h-11v-1.5l3.5-3.5zM12 15v5.5";
const GAP_PX = 6;
const EDGE_PX = 8;

function textButton(className, ...children) {
  const button = element("button", className, ...children);
  button.type = "button";
  return button;
}

function pinIcon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", PIN);
  svg.append(path);
  return svg;
}

/** @param {string} text */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

export class Popover {
  /**
   * @param {{name: string, search: string, foot: string,
   *   take: (row: PromptItem) => void, pin?: (row: PromptItem) => void}} options
   */
  constructor({ name, search, foot, take, pin }) {
    this.take = take;
    this.pin = pin;
    this.opener = textButton("kx-picker-button", name);
    this.opener.setAttribute("aria-haspopup", "dialog");
    this.search = element("input", "kx-picker-search");
    Object.assign(this.search, { type: "search", placeholder: search });
    this.search.setAttribute("aria-label", search);
    this.list = element("ul", "kx-picker-list");
    this.none = element("p", "kx-picker-empty", "Nothing like that.");
    this.panel = element("div", "kx-picker-popover", this.search, this.list, this.none);
    this.panel.append(element("p", "kx-picker-footer", foot));
    this.panel.popover = "auto";
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-label", name);
    this.opener.popoverTargetElement = this.panel;
    this.search.addEventListener("input", () => this.#sift());
    this.panel.addEventListener("keydown", (event) => this.#move(event));
    this.panel.addEventListener("toggle", (event) => event.newState === "open" && this.#opened());
  }

  /** @param {PromptItem[]} rows in their order; a list that says nothing new is left alone */
  show(rows) {
    const drawn = JSON.stringify(rows);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.opener.hidden = rows.length === 0;
    const held = this.list.contains(document.activeElement) && document.activeElement.dataset;
    this.list.replaceChildren(...rows.map((row) => this.#item(row)));
    this.#sift();
    if (held) this.list.querySelector(`[data-id="${held.id}"][data-does="${held.does}"]`)?.focus();
  }

  /** @param {PromptItem} row */
  #item(row) {
    const words = element("span", "kx-picker-text", row.text);
    words.dir = "auto";
    const taking = textButton("kx-picker-choose", words);
    if (row.title) taking.prepend(element("span", "kx-picker-title", row.title));
    taking.title = row.text;
    Object.assign(taking.dataset, { id: row.id, does: "take" });
    taking.addEventListener("click", () => this.#taken(row));
    const item = element("li", "kx-picker-item", taking);
    item.dataset.words = folded(`${row.title} ${row.text}`);
    if (this.pin) item.append(this.#pinButton(row));
    return item;
  }

  /** @param {PromptItem} row */
  #pinButton(row) {
    const button = textButton("kx-picker-pin", pinIcon());
    button.setAttribute("aria-pressed", String(row.pinned));
    button.setAttribute("aria-label", `${row.pinned ? "Unpin" : "Pin"}: ${row.text}`);
    button.title = row.pinned ? "Unpin" : "Pin to the top";
    Object.assign(button.dataset, { id: row.id, does: "pin" });
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!row.pinned));
      this.pin(row);
    });
    return button;
  }

  /** @param {PromptItem} row */
  #taken(row) {
    this.panel.hidePopover();
    this.take(row);
  }

  #sift() {
    const wanted = folded(this.search.value).split(/\s+/);
    for (const item of this.list.children) {
      item.hidden = !wanted.every((word) => item.dataset.words.includes(word));
    }
    this.none.hidden = this.#takers().length > 0;
  }

  #takers() {
    return [...this.list.querySelectorAll(".kx-picker-item:not([hidden]) .kx-picker-choose")];
  }

  #opened() {
    const from = this.opener.getBoundingClientRect();
    const { offsetWidth: width } = this.panel;
    const left = Math.min(from.right - width, innerWidth - width - EDGE_PX);
    this.panel.style.left = `${Math.max(EDGE_PX, left)}px`;
    this.panel.style.top = `${from.bottom + GAP_PX}px`;
    this.panel.style.maxHeight = `${innerHeight - from.bottom - GAP_PX - EDGE_PX}px`;
    this.search.value = "";
    this.#sift();
    this.list.scrollTop = 0;
    // A finger wants to see the list, not the keyboard over it.
    if (!matchMedia("(pointer: coarse)").matches) this.search.focus();
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const takers = this.#takers();
    if (event.key === "Enter" && event.target === this.search) {
      takers[0]?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const row = event.target.closest(".kx-picker-item");
      const place = row ? takers.indexOf(row.firstElementChild) : -1;
      const next = place + (event.key === "ArrowDown" ? 1 : -1);
      (takers[next] ?? (next < 0 ? this.search : takers.at(-1)))?.focus();
    } else {
      return;
    }
    event.preventDefault();
  }
}
