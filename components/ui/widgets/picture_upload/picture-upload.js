/**
 * The place to choose or drop pictures, and the script that takes them from anywhere on the page.
 */

import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";
import { ACCEPT } from "./upload-rules.js";
import { Uploads } from "./uploads.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { Props } from "./uploads.js" */

/** @returns {Uploads} one per window: page elements come and go */
function uploads() {
  return (window.kontextUploads ??= new Uploads());
}

class PictureUpload {
  #root = element("div", "kx-upload");
  #zone;
  #listPlace = element("div", "kx-upload-list");

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#zone = dropZone();
    this.#root.append(this.#zone, this.#listPlace);
    parent.append(this.#root);
  }

  /** @param {Component<{upload: string}>} component */
  update(component) {
    /** @type {Props} */
    const props = JSON.parse(component.data.upload);
    this.#root.dataset.layout = props.layout;
    this.#zone.hidden = props.layout === "none";
    uploads().configure(this.#listPlace, component, props);
  }

  destroy() {
    this.#root.remove();
    uploads().leave(this.#listPlace);
  }
}

/** @returns {HTMLElement} with the file input, whose label scripts and screen readers rely on */
function dropZone() {
  const label = element("label", "kx-upload-label", "Picture");
  const input = fileInput("kx-upload-input");
  label.htmlFor = input.id = "kx-picture-input";
  input.accept = ACCEPT;
  const folder = fileInput("kx-upload-input");
  folder.webkitdirectory = true;
  folder.tabIndex = -1;
  folder.setAttribute("aria-hidden", "true");
  const ways = element("span", "kx-upload-ways", "or drop or paste them anywhere, ");
  const hint = element("p", "kx-upload-hint", ways, "up to 20 MB each");
  hint.id = "kx-picture-hint";
  input.setAttribute("aria-describedby", hint.id);
  const choose = button("kx-upload-button", "Choose pictures");
  choose.tabIndex = -1; // the input itself is the stop of the Tab key
  choose.setAttribute("aria-hidden", "true");
  choose.addEventListener("click", () => input.click());
  const chooseFolder = button("kx-upload-folder", "Choose a folder");
  chooseFolder.addEventListener("click", () => folder.click());
  const row = element("div", "kx-upload-buttons", input, choose, folder, chooseFolder);
  return element("div", "kx-upload-zone", label, row, hint);
}

/** @param {string} className */
function fileInput(className) {
  const input = element("input", className);
  input.type = "file";
  input.multiple = true;
  input.addEventListener("change", () => {
    uploads().add([...(input.files ?? [])], input.webkitdirectory);
    input.value = ""; // so that the same file can be chosen again
  });
  return input;
}

export default mountComponent((parent) => new PictureUpload(parent));
