/**
 * A horizontal swipe across an image: to the next one, or to the one before.
 */

const MIN_SWIPE_PX = 48;

/**
 * @param {number} dx CSS pixels
 * @param {number} dy CSS pixels
 * @returns {1 | -1 | null} 1 for the next image, -1 for the one before, null for no swipe
 */
export function swipeDirection(dx, dy) {
  if (Math.abs(dx) <= MIN_SWIPE_PX || Math.abs(dx) <= 2 * Math.abs(dy)) return null;
  return dx < 0 ? 1 : -1;
}

/**
 * @param {HTMLElement} target
 * @param {(by: 1 | -1) => void} onStep
 */
export function onSwipe(target, onStep) {
  /** @type {Touch | null} */
  let start = null;
  target.addEventListener(
    "touchstart",
    ({ touches }) => {
      start = touches.length === 1 ? (touches[0] ?? null) : null; // a second finger makes a pinch
    },
    { passive: true },
  );
  target.addEventListener("touchend", ({ touches, changedTouches }) => {
    const end = changedTouches[0];
    if (!start || !end || touches.length) return;
    const by = swipeDirection(end.clientX - start.clientX, end.clientY - start.clientY);
    start = null;
    if (by) onStep(by);
  });
}
