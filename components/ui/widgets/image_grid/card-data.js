/**
 * Cards as data: reading what Python sent, and the rules about them. Touches no document.
 */

/** @import { Action, Card, GridData, Placeholders, SentCard } from "./types.js" */

const WAITING_STATES = new Set(["queued", "generating"]);

/**
 * @param {SentCard} sent
 * @param {Action[][]} actionSets
 * @returns {Card}
 */
export function readCard(sent, actionSets) {
  return {
    ...sent,
    prompt: sent.prompt ?? "",
    alt: sent.alt ?? "",
    actions: actionSets[sent.actions] ?? [],
  };
}

/**
 * @param {Placeholders} placeholders
 * @returns {Card[]} in display order
 */
export function readPlaceholders(placeholders) {
  const { ids, size, sizes, groups, starred, states, thumbnail_url } = placeholders;
  const stars = new Set(starred);
  const headings = groups.flatMap(([group, count]) => Array.from({ length: count }, () => group));
  return ids.map((id, index) => {
    const state = states[index] ?? "done";
    const [width_px, height_px] = sizes[size[index] ?? 0] ?? [1, 1];
    return {
      id,
      state,
      isPlaceholder: true,
      actions: [],
      prompt: "",
      alt: "",
      width_px,
      height_px,
      group: headings[index] ?? "",
      starred: stars.has(index),
      variant_ids: placeholders.variant_ids[index] ?? [],
      thumbnail_url: state === "done" ? thumbnail_url.replace("{}", id) : "",
    };
  });
}

/**
 * @param {Pick<Card, "state">} card
 * @returns {boolean} whether its task has not ended
 */
export function isWaiting(card) {
  return WAITING_STATES.has(card.state);
}

/**
 * @param {Card} card
 * @returns {"picture" | "waiting" | "problem"}
 */
export function cardKind(card) {
  if (card.state === "done") return "picture";
  return isWaiting(card) ? "waiting" : "problem";
}

/**
 * A card stands for its variants too: what is done with it is done with all, except to look.
 * @param {Card} card
 * @returns {string[]}
 */
export function withVariants(card) {
  return [card.id, ...(card.variant_ids ?? [])];
}

/**
 * @param {Card[]} cards
 * @returns {number} of images, variants included
 */
export function countImages(cards) {
  return cards.reduce((sum, card) => sum + withVariants(card).length, 0);
}

/**
 * @param {Card[]} cards
 * @returns {Map<string, Card[]>} by heading, in the order of the cards
 */
export function groupCards(cards) {
  /** @type {Map<string, Card[]>} */
  const groups = new Map();
  for (const card of cards) {
    const group = groups.get(card.group ?? "");
    if (group) group.push(card);
    else groups.set(card.group ?? "", [card]);
  }
  return groups;
}

/**
 * @param {Card[]} cards of one submission
 * @returns {string} "2 of 4" until all have become images; empty for one
 */
export function progressText(cards) {
  const done = cards.filter((card) => card.state === "done").length;
  return cards.length > 1 && done < cards.length ? `${done} of ${cards.length}` : "";
}

const TALL_RATIO = 0.8; // four that are not wider stand in one row
const LOW_RATIO = 1.9; // two that are not narrower stand below each other on a phone

/**
 * @param {Card[]} cards of one submission, whose images have about one ratio
 * @returns {{ratio: number, shape: "tall" | "low" | ""}} of width to height
 */
export function listShape([first]) {
  const ratio = first?.width_px && first.height_px ? first.width_px / first.height_px : 1;
  return { ratio, shape: ratio < TALL_RATIO ? "tall" : ratio >= LOW_RATIO ? "low" : "" };
}

/**
 * @param {Card[]} cards of one submission
 * @returns {Pick<Card, "created_ms" | "started_ms" | "finished_ms">} from the first start to the
 *   last end; without an end while one has not ended
 */
export function submissionTimes(cards) {
  const created = cards.flatMap((card) => card.created_ms ?? []);
  const started = cards.flatMap((card) => card.started_ms ?? []);
  const finished = cards.flatMap((card) => card.finished_ms ?? []);
  return {
    created_ms: Math.min(...created),
    started_ms: started.length ? Math.min(...started) : undefined,
    finished_ms: finished.length === cards.length ? Math.max(...finished) : undefined,
  };
}

const THUMBNAIL_SIDES = [384, 768]; // longer sides, as in components/studio/images/store.py

/**
 * Both thumbnails of a card, for a browser to choose from.
 * @param {string | null} url absolute, of the small thumbnail
 * @param {Pick<Card, "width_px" | "height_px">} card
 * @returns {{srcset: string, sizes: string} | null} null where there is one size only
 */
export function thumbnailSources(url, { width_px: width = 0, height_px: height = 0 }) {
  const longer = Math.max(width, height);
  const [small = 0, large = 0] = THUMBNAIL_SIDES.map((side) =>
    Math.round((width * Math.min(side, longer)) / (longer || 1)),
  );
  if (!url || small === large) return null;
  const larger = new URL(url);
  larger.searchParams.set("size", String(THUMBNAIL_SIDES[1]));
  // Browsers that do not know "auto" take the second: the small one, unless pixels are fine.
  return { srcset: `${url} ${small}w, ${larger.href} ${large}w`, sizes: `auto, ${small}px` };
}

/**
 * How far the bar of a running task is drawn: fast at first, then ever slower. 0.67 at the
 * expected time, never more than 0.94.
 * @param {number} elapsedMs
 * @param {number} expectedSeconds
 * @returns {number} 0 to 0.94
 */
export function progressShare(elapsedMs, expectedSeconds) {
  return 0.94 * (1 - Math.exp((-1.25 * elapsedMs) / (expectedSeconds * 1000)));
}

/**
 * @param {Card | undefined} before
 * @param {Card} after
 * @returns {string} what a screen reader announces; empty unless the task has just ended
 */
export function announcement(before, after) {
  if (!before || !isWaiting(before) || isWaiting(after)) return "";
  // Far from the screen it comes as a placeholder, without text of its own.
  const ending = after.state === "done" ? "Picture done" : (after.headline ?? after.state_word ?? "Not done");
  return `${ending}: ${before.prompt}`;
}
