/**
 * The images related to the one in the lightbox, as data. Touches no document.
 */

import { readCard } from "./card-data.js";

/** @import { Action, Card, SentRelated, SentRelatedImage } from "./types.js" */
/** @typedef {{name: string, card: Card}} RelatedImage */
/** @typedef {{title: string, images: RelatedImage[]}} RelatedGroup */

export class RelatedImages {
  /** The card that they belong to. */
  #cardId;
  #variants;
  #steps;
  /** @type {RelatedGroup[]} */
  groups;
  /** @type {Map<string, Card>} */
  #cards;

  /**
   * @param {SentRelated | undefined} sent
   * @param {Action[][]} actionSets
   */
  constructor(sent, actionSets) {
    /** @param {SentRelatedImage[] | undefined} images */
    const read = (images) =>
      (images ?? []).map(({ name, card }) => ({ name, card: readCard(card, actionSets) }));
    const [steps, branches, variants] = [sent?.steps, sent?.branches, sent?.variants].map(read);
    this.#cardId = sent?.card_id ?? "";
    this.#variants = variants ?? [];
    this.#steps = steps ?? [];
    const all = [...(steps ?? []), ...(branches ?? []), ...this.#variants];
    this.#cards = new Map(all.map(({ card }) => [card.id, card]));
    // A single step or variant is the image itself.
    this.groups = [
      { title: "", images: (steps ?? []).length > 1 ? (steps ?? []) : [] },
      { title: "Branches", images: branches ?? [] },
      { title: "Variants", images: this.#variants.length > 1 ? this.#variants : [] },
    ].filter(({ images }) => images.length);
  }

  /**
   * @param {string} id
   * @returns {Card | undefined} a related image, which need not be in the grid itself
   */
  card(id) {
    return this.#cards.get(id);
  }

  /**
   * @param {string} id of the card in the lightbox
   * @returns {boolean} whether there is more to show than that card
   */
  belongTo(id) {
    return (this.#cards.has(id) || this.#cardId === id) && this.#cards.size > 1;
  }

  /**
   * @param {string} id
   * @param {1 | -1} by
   * @returns {Card | undefined} the variant after or before this one
   */
  variantBeside(id, by) {
    return beside(this.#variants, id, by);
  }

  /**
   * @param {string} id
   * @param {1 | -1} by
   * @returns {Card | undefined} the edit after or before this one
   */
  stepBeside(id, by) {
    return beside(this.#steps, id, by);
  }
}

/**
 * @param {RelatedImage[]} images
 * @param {string} id
 * @param {1 | -1} by
 */
function beside(images, id, by) {
  const index = images.findIndex(({ card }) => card.id === id);
  return index < 0 ? undefined : images[index + by]?.card;
}
