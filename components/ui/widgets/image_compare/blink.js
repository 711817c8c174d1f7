/**
 * Blinking: the two pictures in turn on the same spot, by itself or by hand.
 */

/** Slower than three flashes a second by far, fast enough for the eye to catch a change. */
const BLINK_MS = 800;

/**
 * @param {HTMLElement} stage  Gets data-shown, "before" or "after".
 * @param {HTMLElement} playButton
 */
export function createBlink(stage, playButton) {
  let timer = 0;

  function swap() {
    stage.dataset.shown = stage.dataset.shown === "before" ? "after" : "before";
  }

  return {
    swap,
    /** Starts at the after; goes on by itself while `active` and `playing`. */
    run(active, playing) {
      clearInterval(timer);
      playButton.textContent = playing ? "Pause" : "Play";
      if (active && playing) timer = setInterval(swap, BLINK_MS);
    },
    stop: () => clearInterval(timer),
  };
}
