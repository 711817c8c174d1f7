/**
 * Blinking: shows the two images in turn on the same spot, by itself or by hand.
 */

/** Far slower than three flashes a second, fast enough for the eye to catch a change. */
const BLINK_MS = 800;

export class Blink {
  #viewport;
  #playButton;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} viewport gets `data-shown`, "before" or "after"
   * @param {HTMLElement} playButton
   */
  constructor(viewport, playButton) {
    this.#viewport = viewport;
    this.#playButton = playButton;
  }

  swap() {
    const { dataset } = this.#viewport;
    dataset.shown = dataset.shown === "before" ? "after" : "before";
  }

  /**
   * @param {boolean} isActive whether the viewer is in this mode
   * @param {boolean} isPlaying
   */
  run(isActive, isPlaying) {
    this.stop();
    this.#playButton.textContent = isPlaying ? "Pause" : "Play";
    if (isActive && isPlaying) this.#timer = setInterval(() => this.swap(), BLINK_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }
}
