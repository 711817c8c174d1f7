/**
 * What was sent by the field "Change…", and where its results stand. Touches no document.
 */

/** @import { Card } from "./types.js" */

/**
 * @typedef {object} ChangeRequest
 * @property {string} text
 * @property {number} nonce
 * @property {string} error why nothing is under way; empty until that is known
 * @property {boolean} isLost whether it was sent and never answered
 */

const LOST = "That did not reach the studio.";

export class ChangeRequests {
  /** @type {Map<string, ChangeRequest>} by the id of the card */
  #requests = new Map();
  #add;

  /** @param {(id: string, text: string, nonce?: number) => number} add sends it; returns its nonce */
  constructor(add) {
    this.#add = add;
  }

  /**
   * Send once: while it is on its way nothing more is sent for the card.
   * @param {string} id of the card
   * @param {string} text
   */
  send(id, text) {
    if (this.isSending(id)) return;
    const failed = this.#requests.get(id);
    // Python may have it: with the same nonce it is made once.
    const isSame = failed?.isLost && failed.text === text;
    const nonce = this.#add(id, text, isSame ? failed.nonce : undefined);
    this.#requests.set(id, { text, nonce, error: "", isLost: false });
  }

  /** @param {string} id */
  isSending(id) {
    return this.#requests.get(id)?.error === "";
  }

  /**
   * @param {string} id
   * @param {string} text that stands in the field
   * @returns {string} why this text could not be sent
   */
  error(id, text) {
    const request = this.#requests.get(id);
    return request?.text === text ? request.error : "";
  }

  /**
   * @param {number} nonce of an action that was never acknowledged
   * @returns {boolean} whether it was one of these
   */
  lose(nonce) {
    const [, request] = this.#find(nonce);
    if (request) Object.assign(request, { error: LOST, isLost: true });
    return Boolean(request);
  }

  /**
   * @param {number | undefined} nonce that Python has answered
   * @param {string | undefined} error why nothing was made
   * @returns {string} the id of the card that it was sent for, or empty
   */
  settle(nonce, error) {
    const [id, request] = this.#find(nonce);
    if (!id || !request) return "";
    if (error) Object.assign(request, { error, isLost: false });
    else this.#requests.delete(id);
    return id;
  }

  /**
   * @param {number | undefined} nonce
   * @returns {[string, ChangeRequest] | []}
   */
  #find(nonce) {
    return [...this.#requests].find(([, request]) => request.nonce === nonce) ?? [];
  }
}

/**
 * @typedef {object} Made
 * @property {string} id of the card that a change made
 * @property {string} after id of the card whose picture was changed
 * @property {string | null} before URL of that picture
 */

/**
 * @param {Card[]} cards
 * @param {Made[]} made oldest first
 * @param {Card[]} known the cards that changes made, some of them among `cards`
 * @returns {Card[]} where each of them is the next after the picture it was made from
 */
export function placeChanges(cards, made, known) {
  const placed = made.flatMap(({ id, after }) => {
    const card = known.find((candidate) => candidate.id === id);
    return card ? [{ card, after }] : [];
  });
  const ids = new Set(placed.map(({ card }) => card.id));
  const ordered = cards.filter((card) => !ids.has(card.id));
  for (const { card, after } of placed) {
    const index = ordered.findIndex((candidate) => candidate.id === after);
    ordered.splice(index < 0 ? ordered.length : index + 1, 0, card);
  }
  return ordered;
}
