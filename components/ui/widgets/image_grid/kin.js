/**
 * The strip below the picture in the lightbox: the steps that led to it, its branches, and the
 * other variants of its press.
 */

import { appUrl } from "../shared/address.js";
import { element } from "../shared/elements.js";

export class KinStrip {
  /** @param {(card: SheetCard) => void} look at another */
  constructor(look) {
    this.look = look;
    this.root = element("nav", "kx-sheet-kin");
    this.root.setAttribute("aria-label", "Steps and variants");
    this.read(null, []);
  }

  /**
   * @param {object | null} kin as `wire.py` says
   * @param {SheetAction[][]} rows of actions, of which each card names one
   */
  read(kin, rows) {
    this.kin = kin ?? { line: [], branches: [], variants: [] };
    const { line, branches, variants } = this.kin;
    const cards = [...line, ...branches, ...variants].map(({ card }) => card);
    for (const card of cards) card.row = rows[card.actions];
    this.cards = new Map(cards.map((card) => [card.id, card]));
  }

  /** @returns {SheetCard | undefined} a relative that is not in the sheet itself */
  card(id) {
    return this.cards.get(id);
  }

  /** @returns {SheetCard | undefined} the variant before or after this one */
  beside(id, by) {
    const { variants } = this.kin;
    const at = variants.findIndex(({ card }) => card.id === id);
    return at < 0 ? undefined : variants[at + by]?.card;
  }

  /** @param {string} id of the card that is looked at */
  draw(id) {
    const isOurs = this.cards.has(id) || this.kin.of === id;
    this.root.hidden = !isOurs || this.cards.size < 2;
    const text = JSON.stringify([id, this.kin]);
    if (this.root.hidden || this.drawn === text) return;
    this.drawn = text;
    const { line, branches, variants } = this.kin;
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
    const list = element("ol", "kx-sheet-kin-list", ...relatives.map((relative) => element("li", "", this.tile(relative, id))));
    return [element("div", "kx-sheet-kin-part", ...(title ? [element("p", "kx-sheet-kin-title", title)] : []), list)];
  }

  tile({ name, card }, id) {
    const picture = new Image();
    Object.assign(picture, { src: appUrl(card.thumbnail_url) ?? "", alt: "", decoding: "async", draggable: false });
    const tile = element("button", "kx-sheet-kin-tile", picture, element("span", "kx-sheet-kin-name", name));
    Object.assign(tile, { type: "button", title: card.prompt });
    tile.setAttribute("aria-label", `${name}: ${card.prompt}`);
    if (card.id === id) tile.setAttribute("aria-current", "true");
    tile.addEventListener("click", () => this.look(card));
    return tile;
  }
}
