/**
 * The strip of steps: redrawn whole when it changes, since a line has a handful of tiles.
 *
 * @typedef {{id: string, name: string, words: string, alt: string, thumbnail_url: string,
 *   role: string, is_source: boolean}} Tile as `__init__.py` says
 */

const ROLE_WORDS = { before: "Before", after: "After" };

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

/**
 * @param {string} label what is read and shown
 * @param {string} verb
 * @param {Tile} tile
 * @param {(verb: string, id: string) => void} act
 */
function textButton(label, verb, tile, act) {
  const button = make("button", "kx-strip-do", label);
  button.type = "button";
  button.dataset.verb = verb;
  button.setAttribute("aria-label", `${label}: ${tile.name}`);
  button.addEventListener("click", () => act(verb, tile.id));
  return button;
}

/** @param {Tile} tile */
function pictureButton(tile, act) {
  const picture = new Image();
  Object.assign(picture, { src: tile.thumbnail_url, alt: tile.alt, decoding: "async", draggable: false });
  const button = make("button", "kx-strip-picture", picture);
  button.type = "button";
  button.dataset.verb = "show";
  button.title = tile.words;
  button.setAttribute("aria-pressed", String(tile.role === "after"));
  button.addEventListener("click", () => act("show", tile.id));
  if (tile.role) button.append(make("span", "kx-strip-role", ROLE_WORDS[tile.role]));
  return button;
}

/** @param {Tile} tile */
function stepTile(tile, act) {
  const words = make("p", "kx-strip-words", tile.words);
  words.dir = "auto";
  words.title = tile.words;
  const name = make("p", "kx-strip-name", tile.name);
  if (tile.is_source) name.append(make("span", "kx-strip-source", "Editing this"));
  const doing = make("div", "kx-strip-doing");
  if (tile.role !== "before") doing.append(textButton("As before", "before", tile, act));
  if (!tile.is_source) doing.append(textButton("Edit from here", "edit", tile, act));
  const item = make("li", "kx-strip-step", pictureButton(tile, act), name, words, doing);
  item.dataset.id = tile.id;
  item.dataset.role = tile.role;
  return item;
}

function draw(root, tiles, act) {
  const steps = tiles.line.map((tile) => stepTile(tile, act));
  const line = make("ol", "kx-strip-line", ...steps);
  line.setAttribute("aria-label", "Steps from the first picture to this one");
  root.replaceChildren(line, ...row("Variants", tiles.variants, act), ...row("Other branches", tiles.branches, act));
}

/** @param {Tile[]} tiles */
function row(heading, tiles, act) {
  if (!tiles.length) return [];
  const pictures = tiles.map((tile) => pictureButton(tile, act));
  return [make("p", "kx-strip-heading", heading), make("div", "kx-strip-others", ...pictures)];
}

/** Scroll the line, and never the page, to its newest step. */
function showEnd(line) {
  line.scrollLeft = line.scrollWidth;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .kx-strip");
  if (!root) {
    root = make("section", "kx-strip");
    root.setAttribute("aria-label", "Steps");
    parentElement.append(root);
  }
  if (root.dataset.drawn === data.tiles) return;
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && [focused.closest("[data-id]")?.dataset.id, focused.dataset.verb];
  draw(root, JSON.parse(data.tiles), (verb, id) => setTriggerValue("act", { verb, id }));
  root.dataset.drawn = data.tiles;
  if (place) root.querySelector(`[data-id="${place[0]}"] [data-verb="${place[1]}"]`)?.focus();
  else showEnd(root.querySelector(".kx-strip-line"));
}
