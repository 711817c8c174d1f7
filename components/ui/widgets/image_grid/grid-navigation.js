/**
 * Which card a key leads to, and which cards a part of the page shows. Touches no document.
 */

/** @typedef {{top: number, left: number, width: number}} Place CSS pixels */

const SAME_ROW_PX = 2;

/**
 * @param {string} key
 * @param {number} index of the card it starts from
 * @param {number} count of cards
 * @param {boolean} isRtl whether the page runs from right to left
 * @param {(index: number) => Place} place where a card stands
 * @returns {number | null} index of the card it leads to, or null
 */
export function nextIndex(key, index, count, isRtl, place) {
  const forward = isRtl ? -1 : 1;
  /** @param {number} wanted */
  const inside = (wanted) => (wanted >= 0 && wanted < count ? wanted : null);
  switch (key) {
    case "ArrowLeft":
      return inside(index - forward);
    case "ArrowRight":
      return inside(index + forward);
    case "ArrowUp":
      return nearestInNextRow(index, count, -1, place);
    case "ArrowDown":
      return nearestInNextRow(index, count, 1, place);
    case "Home":
      return inside(0);
    case "End":
      return inside(count - 1);
    default:
      return null;
  }
}

/**
 * The card of the next row whose middle is nearest. Rows have any number of cards, so only their
 * places on the page tell.
 * @param {number} index
 * @param {number} count
 * @param {1 | -1} by
 * @param {(index: number) => Place} place
 * @returns {number | null}
 */
function nearestInNextRow(index, count, by, place) {
  const from = place(index);
  const middle = from.left + from.width / 2;
  let best = null;
  let bestDistance = Infinity;
  let rowTop = null;
  for (let at = index + by; at >= 0 && at < count; at += by) {
    const { top, left, width } = place(at);
    if (Math.abs(top - from.top) < SAME_ROW_PX) continue;
    rowTop ??= top;
    if (Math.abs(top - rowTop) >= SAME_ROW_PX) break;
    const distance = Math.abs(left + width / 2 - middle);
    if (distance < bestDistance) [best, bestDistance] = [at, distance];
  }
  return best;
}

/**
 * @param {number} count
 * @param {(index: number) => boolean} isTrue stays true once it is true
 * @returns {number} the first index for which it is true, or `count`
 */
export function firstIndex(count, isTrue) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box CSS pixels */

/**
 * @param {{x: number, y: number}} from one corner
 * @param {{x: number, y: number}} to the opposite one
 * @returns {Box}
 */
export function boxBetween(from, to) {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  return { left, right, top: Math.min(from.y, to.y), bottom: Math.max(from.y, to.y) };
}

/**
 * The cards that a box touches. Rows stand from top to bottom, so only those beside it are measured.
 * @param {Box} box
 * @param {number} count of cards
 * @param {(index: number) => Box} place
 * @returns {number[]} indices
 */
export function indicesTouching(box, count, place) {
  const first = firstIndex(count, (index) => place(index).bottom > box.top);
  const end = firstIndex(count, (index) => place(index).top >= box.bottom);
  const indices = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
  return indices.filter((index) => {
    const { left, right } = place(index);
    return right > box.left && left < box.right;
  });
}

const EDGE_PX = 56; // so near to an edge the page scrolls
const MAX_SCROLL_PX = 22; // a frame

/**
 * @param {number} y of the mouse
 * @param {number} top of what scrolls
 * @param {number} bottom
 * @returns {number} CSS pixels to scroll by in this frame, faster towards the edge and beyond it
 */
export function edgeScroll(y, top, bottom) {
  const above = Math.min(1, Math.max(0, (top + EDGE_PX - y) / EDGE_PX));
  const below = Math.min(1, Math.max(0, (y - bottom + EDGE_PX) / EDGE_PX));
  return Math.round((below - above) * MAX_SCROLL_PX);
}
