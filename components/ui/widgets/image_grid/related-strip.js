/**
 * The strip below the picture in the lightbox: the steps that led to it, its branches, and the
 * other variants of its press.
 */

import { appUrl } from "../shared/urls.js";
import { element } from "../shared/dom.js";

export class RelatedStrip {
  /** @param {(card: Card) => void} look at another */
  constructor(look) {
    this.look = look;
    this.root = element("nav", "kx-related");
    this.root.setAttribute("aria-label", "Steps and variants");
    this.read(null, []);
  }

  /**
   * @param {object | null} kin as `wire.py` says
   * @param {Action[][]} rows of actions, of which each card names one
   */
  read(kin, rows) {
    this.kin = kin ?? { steps: [], branches: [], variants: [] };
    const { steps: line, branches, variants } = this.kin;
    const cards = [...line, ...branches, ...variants].map(({ card }) => card);
    for (const card of cards) card.row = rows[card.actions];
    this.cards = new Map(cards.map((card) => [card.id, card]));
  }

  /** @returns {Card | undefined} a relative that is not in the sheet itself */
  card(id) {
    return this.cards.get(id);
  }

  /** @returns {Card | undefined} the variant before or after this one */
  beside(id, by) {
    const { variants } = this.kin;
    const at = variants.findIndex(({ card }) => card.id === id);
    return at < 0 ? undefined : variants[at + by]?.card;
  }

  /** @param {string} id of the card that is looked at */
  draw(id) {
    const isOurs = this.cards.has(id) || this.kin.card_id === id;
    this.root.hidden = !isOurs || this.cards.size < 2;
    const text = JSON.stringify([id, this.kin]);
    if (this.root.hidden || this.drawn === text) return;
    this.drawn = text;
    const { steps: line, branches, variants } = this.kin;
    const held = this.root.contains(document.activeElement);
    this.root.replaceChildren(
      ...this.part("", line.length > 1 ? line : [], id),
      ...this.part("Branches", branches, id),
      ...this.part("Variants", variants.length > 1 ? variants : [], id),
    );
    const current = this.root.querySelector("[aria-current]");
    if (held) current?.focus();
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  part(title, relatives, id) {
    if (!relatives.length) return [];
    const list = element("ol", "kx-related-list", ...relatives.map((relative) => element("li", "", this.tile(relative, id))));
    return [element("div", "kx-related-group", ...(title ? [element("p", "kx-related-title", title)] : []), list)];
  }

  tile({ name, card }, id) {
    const picture = new Image();
    Object.assign(picture, { src: appUrl(card.thumbnail_url) ?? "", alt: "", decoding: "async", draggable: false });
    const tile = element("button", "kx-related-tile", picture, element("span", "kx-related-name", name));
    Object.assign(tile, { type: "button", title: card.prompt });
    tile.setAttribute("aria-label", `${name}: ${card.prompt}`);
    if (card.id === id) tile.setAttribute("aria-current", "true");
    tile.addEventListener("click", () => this.look(card));
    return tile;
  }
}
