/**
 * A card's menu: all that can be done with it, in words, where its action bar has only icons.
 */

import { ActionBar } from "./action-bar.js";
import { closest, element } from "../shared/dom.js";

/** @import { Act, Card } from "./types.js" */

const EDGE_PX = 8;
const GAP_PX = 6;

/**
 * A menu item is checked, not pressed.
 * @param {HTMLElement} control
 */
function toMenuItem(control) {
  const isPressed = control.getAttribute("aria-pressed");
  control.setAttribute("role", isPressed ? "menuitemcheckbox" : "menuitem");
  control.removeAttribute("aria-pressed");
  if (isPressed) control.setAttribute("aria-checked", isPressed);
}

export class CardMenu {
  root = element("div", "kx-grid-menu");
  #items;
  /** @type {HTMLElement | null} */
  #opener = null;

  /** @param {Act} act */
  constructor(act) {
    this.#items = new ActionBar(this.root, (verb, card) => {
      this.root.hidePopover();
      act(verb, card);
    });
    this.root.popover = "auto"; // the browser closes it at Esc and at a press elsewhere
    this.root.setAttribute("role", "menu");
    this.root.addEventListener("toggle", (event) => {
      const isOpen = event instanceof ToggleEvent && event.newState === "open";
      this.#opener?.setAttribute("aria-expanded", String(isOpen));
    });
    this.root.addEventListener("keydown", (event) => this.#onKey(event));
    this.root.addEventListener("click", ({ target }) => {
      if (closest(target, "a")) this.root.hidePopover();
    });
  }

  /**
   * @param {HTMLElement} opener the button it opens below
   * @param {Card} card
   */
  open(opener, card) {
    this.#opener = opener;
    this.#items.show(card);
    for (const control of this.#items.controls) toMenuItem(control);
    this.root.showPopover();
    const at = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height, style } = this.root;
    const left = Math.min(at.right - width, innerWidth - width - EDGE_PX);
    const isBelow = at.bottom + GAP_PX + height <= innerHeight;
    const top = isBelow ? at.bottom + GAP_PX : at.top - height - GAP_PX;
    style.left = `${Math.max(EDGE_PX, left)}px`;
    style.top = `${Math.max(EDGE_PX, top)}px`;
    this.#items.controls[0]?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    event.stopPropagation();
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const { controls } = this.#items;
    const index = controls.findIndex((control) => control === document.activeElement);
    controls[(index + by + controls.length) % controls.length]?.focus();
  }
}
