/**
 * Edit tree: steps to the right, branches below each other.
 */

import { NODE_SIZE, layoutTree, linePath } from "./tree-layout.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { button, element } from "../shared/dom.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { Position, TreeLayout } from "./tree-layout.js" */

/**
 * @typedef {{id: string, parent_id: string | null, prompt: string, alt: string,
 *   thumbnail_url: string | null, role: "" | "before" | "after", starred: boolean}} TreeNode
 *   as in `__init__.py`
 */

const ROLE_TEXT = { before: "Before", after: "After" };

/**
 * Lines from each image to those made from it, behind the nodes.
 * @param {TreeNode[]} nodes
 * @param {TreeLayout} layout
 */
function drawLines(nodes, { positions, width, height }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "kx-tree-lines");
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  svg.setAttribute("aria-hidden", "true");
  for (const node of nodes) {
    const [from, to] = [positions.get(node.parent_id ?? ""), positions.get(node.id)];
    if (!from || !to) continue;
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", linePath(from, to));
    svg.append(path);
  }
  return svg;
}

/**
 * @param {TreeNode} node
 * @param {Position | undefined} position
 * @param {(id: string) => void} pick
 */
function drawNode(node, position, pick) {
  const prompt = element("span", "kx-tree-prompt", node.thumbnail_url ? node.prompt : "In the trash");
  prompt.dir = "auto";
  const frame = element("span", "kx-tree-frame");
  if (node.thumbnail_url) {
    const image = new Image();
    Object.assign(image, { src: node.thumbnail_url, alt: node.alt, decoding: "async", draggable: false });
    frame.append(image);
  }
  if (node.role) frame.append(element("span", "kx-tree-role", ROLE_TEXT[node.role]));
  if (node.starred) frame.append(element("span", "kx-tree-star", "★"));
  const made = button("kx-tree-node", frame, prompt);
  Object.assign(made, { title: node.prompt, disabled: !node.thumbnail_url });
  Object.assign(made.style, {
    left: `${position?.x ?? 0}px`,
    top: `${position?.y ?? 0}px`,
    width: `${NODE_SIZE.width}px`,
    height: `${NODE_SIZE.height}px`,
  });
  Object.assign(made.dataset, { id: node.id, role: node.role });
  made.setAttribute("aria-pressed", String(Boolean(node.role)));
  made.addEventListener("click", () => pick(node.id));
  return made;
}

class EditTree {
  #root = element("section", "kx-tree");
  #drawn = "";
  /** @type {Component<{nodes: string}> | null} */
  #component = null;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#root.setAttribute("aria-label", "Tree of edits");
    parent.append(this.#root);
  }

  /** @param {Component<{nodes: string}>} component */
  update(component) {
    this.#component = component;
    const { nodes } = component.data;
    if (this.#drawn === nodes) return;
    const isFirst = !this.#drawn;
    this.#drawn = nodes;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.#root.contains(active) ? active.dataset.id : null;
    this.#draw(JSON.parse(nodes));
    if (focused) this.#find(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    else if (isFirst) this.#scrollTo(this.#find("[data-role=after]"));
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement | null}
   */
  #find(selector) {
    return this.#root.querySelector(selector);
  }

  /** @param {TreeNode[]} nodes */
  #draw(nodes) {
    const layout = layoutTree(nodes);
    const canvas = element("div", "kx-tree-canvas", drawLines(nodes, layout));
    Object.assign(canvas.style, { width: `${layout.width}px`, height: `${layout.height}px` });
    /** @param {string} id */
    const pick = (id) => this.#component?.setTriggerValue("pick", id);
    canvas.append(...nodes.map((node) => drawNode(node, layout.positions.get(node.id), pick)));
    this.#root.replaceChildren(canvas);
  }

  /**
   * Scroll the tree, and nothing around it, to a node.
   * @param {HTMLElement | null} node
   */
  #scrollTo(node) {
    if (!node) return;
    this.#root.scrollLeft = node.offsetLeft + node.offsetWidth / 2 - this.#root.clientWidth / 2;
    this.#root.scrollTop = node.offsetTop + node.offsetHeight / 2 - this.#root.clientHeight / 2;
  }

  destroy() {
    this.#root.remove();
  }
}

export default mountComponent((parent) => new EditTree(parent));
