/**
 * A card's menu: all that can be done with it, in words, where its bar has only icons.
 */

import { fillActions } from "./action-bar.js";
import { element } from "../shared/dom.js";

/** In a menu what can be on or off is checked, and not pressed. */
function toItem(control) {
  const isOn = control.getAttribute("aria-pressed");
  control.setAttribute("role", isOn ? "menuitemcheckbox" : "menuitem");
  control.removeAttribute("aria-pressed");
  if (isOn) control.setAttribute("aria-checked", isOn);
}

export class CardMenu {
  /** @param {(verb: string, card: Card) => void} act */
  constructor(act) {
    this.root = element("div", "kx-grid-menu");
    this.root.popover = "auto"; // the browser closes it at Esc and at a press elsewhere
    this.root.setAttribute("role", "menu");
    this.act = (verb, card) => {
      this.root.hidePopover();
      act(verb, card);
    };
    this.root.addEventListener("toggle", ({ newState }) => this.opener?.setAttribute("aria-expanded", String(newState === "open")));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("click", ({ target }) => target.closest("a") && this.root.hidePopover());
  }

  /** @param {HTMLElement} opener the button it opens below */
  open(opener, card) {
    this.opener = opener;
    fillActions(this.root, card.row, card, this.act);
    for (const control of this.root.children) toItem(control);
    this.root.showPopover();
    const at = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const below = at.bottom + 6 + height <= innerHeight;
    this.root.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
    this.root.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - height - 6)}px`;
    this.root.firstElementChild?.focus();
  }

  onKey(event) {
    event.stopPropagation();
    const controls = [...this.root.children];
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    controls[(controls.indexOf(document.activeElement) + by + controls.length) % controls.length].focus();
  }
}
