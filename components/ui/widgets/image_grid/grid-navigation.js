/**
 * Which card an arrow key leads to.
 */

/**
 * @param {CardView[]} order as drawn
 * @param {CardView} from
 * @param {string} key
 * @returns {CardView | undefined} undefined when the key leads nowhere
 */
export function nextCard(order, from, key) {
  const index = order.indexOf(from);
  const isRtl = getComputedStyle(from.element).direction === "rtl";
  switch (key) {
    case "ArrowLeft":
      return order[index + (isRtl ? 1 : -1)];
    case "ArrowRight":
      return order[index + (isRtl ? -1 : 1)];
    case "ArrowUp":
      return acrossRows(order, index, -1);
    case "ArrowDown":
      return acrossRows(order, index, 1);
    case "Home":
      return order[0];
    case "End":
      return order[order.length - 1];
    default:
      return undefined;
  }
}

/**
 * The card of the next row whose middle is nearest. Rows are of any number of cards, so only
 * their places on the page tell.
 */
function acrossRows(order, index, by) {
  const { top, left, width } = order[index].element.getBoundingClientRect();
  let best;
  let bestDistance = Infinity;
  let rowTop = null;
  for (let at = index + by; order[at]; at += by) {
    const rect = order[at].element.getBoundingClientRect();
    if (Math.abs(rect.top - top) < 2) continue;
    rowTop ??= rect.top;
    if (Math.abs(rect.top - rowTop) >= 2) break;
    const distance = Math.abs(rect.left + rect.width / 2 - left - width / 2);
    if (distance < bestDistance) [best, bestDistance] = [order[at], distance];
  }
  return best;
}
