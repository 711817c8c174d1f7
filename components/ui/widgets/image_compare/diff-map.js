/**
 * Draws the difference of two images as a heat map, with a summary in words.
 */

import { describeDifference, diffPixels } from "./diff.js";

/** @import { Box } from "./parse-props.js" */

/** Longest side of the comparison in pixels: enough to see, few enough to be instant. */
const MAX_SIDE_PX = 512;
/** @type {Box} */
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

export class DiffMap {
  #canvas;
  #summary;
  #drawn = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} summary gets the line in words
   */
  constructor(canvas, summary) {
    this.#canvas = canvas;
    this.#summary = summary;
  }

  /**
   * Draw again if the images or their fit changed. Both images must have loaded.
   * @param {HTMLImageElement} before
   * @param {HTMLImageElement} after
   * @param {Box} box where the before lies in the after's frame
   * @param {number | null} known share that changed, 0 to 1, where it was measured better
   */
  draw(before, after, box, known) {
    const input = JSON.stringify([before.src, after.src, box, known]);
    if (input === this.#drawn) return;
    this.#drawn = input;
    const summary = this.#compare(before, after, box);
    const measured = { changed: known ?? 0, isWhole: true };
    this.#summary.textContent = known === null ? summary : describeDifference(measured);
    this.#canvas.setAttribute("aria-label", `Map of what changed. ${this.#summary.textContent}`);
  }

  /**
   * @param {HTMLImageElement} before
   * @param {HTMLImageElement} after
   * @param {Box} box
   * @returns {string} the summary
   */
  #compare(before, after, box) {
    const { naturalWidth, naturalHeight } = after;
    const scale = Math.min(1, MAX_SIDE_PX / Math.max(naturalWidth, naturalHeight));
    const width = Math.max(1, Math.round(naturalWidth * scale));
    const height = Math.max(1, Math.round(naturalHeight * scale));
    try {
      const pixels = [readPixels(before, box, width, height), readPixels(after, WHOLE, width, height)];
      const [was, is] = /** @type {[Uint8ClampedArray, Uint8ClampedArray]} */ (pixels);
      const difference = diffPixels(was, is, box, width, height);
      Object.assign(this.#canvas, { width, height });
      context(this.#canvas).putImageData(new ImageData(difference.heat, width, height), 0, 0);
      return describeDifference(difference);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // Images of another origin may be shown but not read.
      console.warn("The difference could not be computed", error);
      return "The difference of these pictures cannot be computed";
    }
  }
}

/**
 * Draw an image into the frame over mid grey.
 * @param {HTMLImageElement} image
 * @param {Box} box
 * @param {number} width of the frame, pixels
 * @param {number} height of the frame, pixels
 * @returns {Uint8ClampedArray} RGBA bytes; throws DOMException for an image of another origin
 */
function readPixels(image, box, width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = context(canvas, { willReadFrequently: true });
  pen.fillStyle = "#808080"; // transparency on both sides then counts as no change
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, box.left * width, box.top * height, box.width * width, box.height * height);
  return pen.getImageData(0, 0, width, height).data;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 */
function context(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new DOMException("The browser gives no canvas");
  return pen;
}
