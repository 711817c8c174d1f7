/**
 * The strip below the image in the lightbox: the steps that led to it, its branches, and the other
 * variants of its batch.
 */

import { RelatedImages } from "./related.js";
import { button, element } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";

/** @import { RelatedGroup, RelatedImage } from "./related.js" */
/** @import { Action, Card, SentRelated } from "./types.js" */

export class RelatedStrip {
  root = element("nav", "kx-related");
  related = new RelatedImages(undefined, []);
  #open;
  #sent = "";
  #drawn = "";

  /** @param {(card: Card) => void} open another image */
  constructor(open) {
    this.#open = open;
    this.root.setAttribute("aria-label", "Steps and variants");
  }

  /**
   * @param {SentRelated | undefined} sent
   * @param {Action[][]} actionSets
   */
  read(sent, actionSets) {
    this.#sent = JSON.stringify(sent ?? null);
    this.related = new RelatedImages(sent, actionSets);
  }

  /** @param {string} id of the open card */
  draw(id) {
    this.root.hidden = !this.related.belongTo(id);
    const text = id + this.#sent;
    if (this.root.hidden || this.#drawn === text) return;
    this.#drawn = text;
    const hadFocus = this.root.contains(document.activeElement);
    this.root.replaceChildren(...this.related.groups.map((group) => this.#group(group, id)));
    /** @type {HTMLElement | null} */
    const current = this.root.querySelector("[aria-current]");
    if (hadFocus) current?.focus();
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /**
   * @param {RelatedGroup} group
   * @param {string} id
   */
  #group({ title, images }, id) {
    const items = images.map((image) => element("li", "", this.#tile(image, id)));
    const list = element("ol", "kx-related-list", ...items);
    const heading = title ? [element("p", "kx-related-title", title)] : [];
    return element("div", "kx-related-group", ...heading, list);
  }

  /**
   * @param {RelatedImage} related
   * @param {string} id
   */
  #tile({ name, card }, id) {
    const image = new Image();
    Object.assign(image, { src: appUrl(card.thumbnail_url) ?? "", alt: "", decoding: "async", draggable: false });
    const tile = button("kx-related-tile", image, element("span", "kx-related-name", name));
    tile.title = card.prompt;
    tile.setAttribute("aria-label", `${name}: ${card.prompt}`);
    if (card.id === id) tile.setAttribute("aria-current", "true");
    tile.addEventListener("click", () => this.#open(card));
    return tile;
  }
}
