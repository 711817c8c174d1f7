/**
 * The places of all cards. Python says of each where it stands, and fills those near the screen;
 * which those are is told here. So a thousand pictures cost what a hundred do.
 */

import { whenIdle } from "../../streamlit_internals/script-idle.js";

const WANT_PAUSE_MS = 60; // while somebody scrolls, only the place where they stop is asked for

export class CardLoader {
  /** @param {(view: {first: number, last: number, looking: string}) => void} tell */
  constructor(tell) {
    this.tell = tell;
    /** @type {Map<string, Card>} every card that was filled once */
    this.known = new Map();
    this.told = this.looking = "";
    this.cancel = () => {};
  }

  /**
   * @param {object} sheet as `wire.py` says
   * @returns {Card[]} in their order; a card that is not filled yet is `bare`
   */
  read(sheet) {
    for (const card of sheet.cards) card.row = sheet.action_sets[card.actions];
    if (!sheet.placeholders) return sheet.cards;
    // In the trash the same pictures have other addresses and other actions.
    if (this.address !== sheet.placeholders.thumbnail_url) this.known.clear();
    this.address = sheet.placeholders.thumbnail_url;
    for (const card of sheet.cards) this.known.set(card.id, card);
    const places = placesOf(sheet.placeholders);
    const ids = new Set(sheet.placeholders.ids);
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
    return places.map((place) => {
      const known = this.known.get(place.id);
      if (known?.state !== place.state) return place;
      const { group, starred, variant_ids } = place;
      return { ...known, group, starred, variant_ids };
    });
  }

  /**
   * Ask for what is near the screen and still bare, and for the kin of a new picture looked at.
   * @param {Card[]} near those near the screen, in their order
   * @param {number} first the place of the first of them
   * @param {string} looking id of the card in the lightbox
   */
  want(near, first, looking) {
    this.forgetWish();
    const isFilled = !near.some((card) => card.bare);
    if (!near.length || (isFilled && looking === this.looking)) return;
    const view = { first, last: first + near.length - 1, open_id: looking };
    const text = JSON.stringify(view);
    // Asked for once: Python fills it at every rerun from then on.
    if (text === this.told) return;
    const tell = () => {
      this.told = text;
      this.looking = looking;
      this.tell(view);
    };
    this.timer = setTimeout(() => (this.cancel = whenIdle(tell)), WANT_PAUSE_MS);
  }

  forgetWish() {
    clearTimeout(this.timer);
    this.cancel();
  }
}

/** @returns {Card[]} */
function placesOf({ ids, size, sizes, groups, starred, states, variant_ids, thumbnail_url }) {
  const stars = new Set(starred);
  const headings = groups.flatMap(([group, count]) => Array(count).fill(group));
  return ids.map((id, place) => {
    const state = states[place] ?? "done";
    return {
      id,
      state,
      bare: true,
      row: [],
      prompt: "",
      alt: "",
      width_px: sizes[size[place]][0],
      height_px: sizes[size[place]][1],
      group: headings[place],
      starred: stars.has(place),
      variant_ids: variant_ids[place],
      thumbnail_url: state === "done" ? thumbnail_url.replace("{}", id) : undefined,
    };
  });
}
