/**
 * The tools at the end of the bar: how to be told that a picture is done, and the list of keys.
 */

import { NoticeMenu } from "./notice-menu.js";
import { Notices } from "./notices.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";
import { toggleKeyList } from "../shared/page-keys.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */

class BarTools {
  #menu = new NoticeMenu();
  #notices = new Notices();
  #root = element("div", "kx-tools", this.#menu.opener, keysButton(), this.#menu.root);

  /** @param {HTMLElement} parent */
  constructor(parent) {
    parent.append(this.#root);
  }

  /** @param {Component<{urls: string}>} component */
  update({ data }) {
    this.#notices.configure(JSON.parse(data.urls));
  }

  destroy() {
    this.#notices.destroy();
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
