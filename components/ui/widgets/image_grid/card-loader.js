/**
 * Loads cards as they come near the screen. Python sends the place of every card, and the rest of
 * those that are requested here: a thousand images cost what a hundred do.
 */

import { readCard, readPlaceholders } from "./card-data.js";

/** @import { Card, GridData, ViewRequest } from "./types.js" */

const SCROLL_PAUSE_MS = 60; // while the user scrolls, only the place where they stop is requested

export class CardLoader {
  #send;
  #whenIdle;
  /** @type {Map<string, Card>} every card that was loaded once */
  #loaded = new Map();
  #thumbnailUrl = "";
  #lastRequest = "";
  #openId = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #cancel = () => {};

  /**
   * @param {(view: ViewRequest) => void} send
   * @param {(callback: () => void) => () => void} whenIdle as of `script-idle.js`
   */
  constructor(send, whenIdle) {
    this.#send = send;
    this.#whenIdle = whenIdle;
  }

  /**
   * @param {Pick<GridData, "cards" | "action_sets" | "placeholders">} data
   * @returns {Card[]} in display order; cards not loaded yet are placeholders
   */
  read({ cards: sent, action_sets: actionSets, placeholders }) {
    const cards = sent.map((card) => readCard(card, actionSets));
    if (!placeholders) return cards;
    // In the trash the same images have other URLs and other actions.
    if (this.#thumbnailUrl !== placeholders.thumbnail_url) this.#loaded.clear();
    this.#thumbnailUrl = placeholders.thumbnail_url;
    for (const card of cards) this.#loaded.set(card.id, card);
    const ids = new Set(placeholders.ids);
    for (const id of this.#loaded.keys()) if (!ids.has(id)) this.#loaded.delete(id);
    return readPlaceholders(placeholders).map((placeholder) => {
      const loaded = this.#loaded.get(placeholder.id);
      if (loaded?.state !== placeholder.state) return placeholder;
      const { group, starred, variant_ids } = placeholder;
      return { ...loaded, group, starred, variant_ids };
    });
  }

  /**
   * Request the placeholders near the screen, and the related images of a newly opened card.
   * @param {Card[]} near the cards near the screen, in display order
   * @param {number} first the index of the first of them
   * @param {string} openId id of the card in the lightbox, or empty
   */
  request(near, first, openId) {
    this.cancel();
    const isLoaded = !near.some((card) => card.isPlaceholder);
    if (!near.length || (isLoaded && openId === this.#openId)) return;
    const view = { first, last: first + near.length - 1, open_id: openId };
    const request = JSON.stringify(view);
    // Requested once: Python sends these cards at every rerun from then on.
    if (request === this.#lastRequest) return;
    this.#timer = setTimeout(() => {
      this.#cancel = this.#whenIdle(() => {
        this.#lastRequest = request;
        this.#openId = openId;
        this.#send(view);
      });
    }, SCROLL_PAUSE_MS);
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#cancel();
  }
}
