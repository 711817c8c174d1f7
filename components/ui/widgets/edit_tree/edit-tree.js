/**
 * The tree of edits: steps to the right, branches below each other.
 *
 * @typedef {{id: string, parent_id: string | null, words: string, alt: string,
 *   thumbnail_url: string | null, role: string, starred: boolean}} Node as `__init__.py` says
 */

import { element } from "../shared/dom.js";
import { mountComponent } from "../../streamlit_internals/mount.js";

const NODE = { width: 148, height: 148, across: 56, down: 22 }; // CSS pixels; the last two are gaps
const ROLE_WORDS = { before: "Before", after: "After" };

/**
 * A place for each node: its depth is its column; a node stands level with its first branch.
 * @param {Node[]} nodes at least one
 * @returns {{places: Map<string, {x: number, y: number}>, width: number, height: number}}
 */
function layOut(nodes) {
  const ids = new Set(nodes.map((node) => node.id));
  const children = new Map(nodes.map((node) => [node.id, []]));
  const roots = nodes.filter((node) => !ids.has(node.parent_id));
  for (const node of nodes) children.get(node.parent_id)?.push(node);
  const places = new Map();
  let rows = 0;
  let columns = 0;
  const place = (node, column) => {
    columns = Math.max(columns, column + 1);
    const y = rows * (NODE.height + NODE.down);
    places.set(node.id, { x: column * (NODE.width + NODE.across), y });
    const branches = children.get(node.id);
    branches.forEach((child) => place(child, column + 1));
    if (!branches.length) rows += 1;
  };
  roots.forEach((root) => place(root, 0));
  return {
    places,
    width: columns * (NODE.width + NODE.across) - NODE.across,
    height: rows * (NODE.height + NODE.down) - NODE.down,
  };
}

/** Lines from each picture to those made from it, variant_ids the nodes. */
function drawLines(nodes, { places, width, height }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "kx-tree-lines");
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("aria-hidden", "true");
  const middle = (NODE.width * 3) / 8; // of a thumbnail, which is 4 to 3
  for (const node of nodes) {
    const from = places.get(node.parent_id);
    if (!from) continue;
    const to = places.get(node.id);
    const [x1, y1, x2, y2] = [from.x + NODE.width, from.y + middle, to.x, to.y + middle];
    const bend = (x1 + x2) / 2;
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute("d", `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`);
    svg.append(path);
  }
  return svg;
}

function drawNode(node, place, pick) {
  const words = element("span", "kx-tree-prompt", node.thumbnail_url ? node.prompt : "In the trash");
  words.dir = "auto";
  const button = element("button", "kx-tree-node");
  Object.assign(button, { type: "button", title: node.prompt, disabled: !node.thumbnail_url });
  Object.assign(button.style, { left: `${place.x}px`, top: `${place.y}px`, width: `${NODE.width}px`, height: `${NODE.height}px` });
  Object.assign(button.dataset, { id: node.id, role: node.role });
  button.setAttribute("aria-pressed", String(Boolean(node.role)));
  const frame = element("span", "kx-tree-frame");
  if (node.thumbnail_url) {
    const picture = new Image();
    Object.assign(picture, { src: node.thumbnail_url, alt: node.alt, decoding: "async", draggable: false });
    frame.append(picture);
  }
  if (node.role) frame.append(element("span", "kx-tree-role", ROLE_WORDS[node.role]));
  if (node.starred) frame.append(element("span", "kx-tree-star", "★"));
  button.append(frame, words);
  button.addEventListener("click", () => pick(node.id));
  return button;
}

class EditTree {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.root = element("section", "kx-tree");
    this.root.setAttribute("aria-label", "EditTree of edits");
    parent.append(this.root);
  }

  /** @param {{data: {nodes: string}, setTriggerValue: Function}} component */
  update(component) {
    this.component = component;
    const { nodes } = component.data;
    if (this.drawn === nodes) return;
    const isFirst = !this.drawn;
    this.drawn = nodes;
    const focused = this.root.contains(document.activeElement) && document.activeElement.dataset.id;
    this.draw(JSON.parse(nodes));
    if (focused) this.root.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    else if (isFirst) this.show(this.root.querySelector("[data-role=after]"));
  }

  /** @param {Node[]} nodes */
  draw(nodes) {
    const layout = layOut(nodes);
    const field = element("div", "kx-tree-canvas", drawLines(nodes, layout));
    Object.assign(field.style, { width: `${layout.width}px`, height: `${layout.height}px` });
    const pick = (id) => this.component.setTriggerValue("pick", id);
    field.append(...nodes.map((node) => drawNode(node, layout.places.get(node.id), pick)));
    this.root.replaceChildren(field);
  }

  /** Scroll the tree, and nothing around it, to a node. */
  show(node) {
    if (!node) return;
    this.root.scrollLeft = node.offsetLeft + node.offsetWidth / 2 - this.root.clientWidth / 2;
    this.root.scrollTop = node.offsetTop + node.offsetHeight / 2 - this.root.clientHeight / 2;
  }

  destroy() {
    this.root.remove();
  }
}

export default mountComponent((parent) => new EditTree(parent));
