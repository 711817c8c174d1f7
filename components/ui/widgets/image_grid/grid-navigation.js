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
