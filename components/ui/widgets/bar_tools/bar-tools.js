/**
 * The tools at the end of the bar: the list of keys.
 */

import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";
import { toggleKeyList } from "../shared/page-keys.js";

class BarTools {
  #root = element("div", "kx-tools", keysButton());

  /** @param {HTMLElement} parent */
  constructor(parent) {
    parent.append(this.#root);
  }

  update() {}

  destroy() {
    this.#root.remove();
  }
}

function keysButton() {
  const made = button("kx-tools-button kx-tools-keys", "?");
  made.title = "Keyboard shortcuts (?)";
  made.setAttribute("aria-label", "Keyboard shortcuts");
  made.setAttribute("aria-haspopup", "dialog");
  made.addEventListener("click", () => toggleKeyList(made));
  return made;
}

export default mountComponent((parent) => new BarTools(parent));
