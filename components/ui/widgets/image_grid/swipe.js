/**
 * A finger that goes sideways across a picture: to the next one, or to the one before.
 */

const SWIPE_PX = 48;

/**
 * @param {HTMLElement} stage
 * @param {(by: number) => void} swipe 1 for the next, -1 for the one before
 */
export function onSwipe(stage, swipe) {
  let start = null;
  stage.addEventListener("touchstart", ({ touches }) => {
    // A second finger makes it a pinch.
    start = touches.length === 1 ? { x: touches[0].clientX, y: touches[0].clientY } : null;
  }, { passive: true });
  stage.addEventListener("touchend", ({ touches, changedTouches }) => {
    if (!start || touches.length) return;
    const across = changedTouches[0].clientX - start.x;
    const down = changedTouches[0].clientY - start.y;
    start = null;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down)) swipe(across < 0 ? 1 : -1);
  });
}
