/**
 * What changed between two images, pixel by pixel: a heat map, and the share that differs.
 * Works on RGBA bytes; touches no document.
 */

/** @import { Box } from "./parse-props.js" */
/** @typedef {{left: number, top: number, right: number, bottom: number}} PixelArea half-open */
/**
 * @typedef {object} Difference
 * @property {number} changed share of the compared pixels that differ, 0 to 1
 * @property {boolean} isWhole false where the before covers only a part of the after
 */

/** Out of 255. JPEG noise and a change of size stay under the first; the second is a change. */
const NOISE = 14;
const CHANGED = 28;
/** Out of 255: from here on the heat is strongest. */
const STRONGEST = 110;
const COOL_RGB = /** @type {const} */ ([255, 186, 36]);
const HOT_RGB = /** @type {const} */ ([255, 32, 86]);

/**
 * @param {Uint8ClampedArray} before RGBA bytes of the before image drawn into the after's frame
 * @param {Uint8ClampedArray} after RGBA bytes
 * @param {Box} box where the before lies in the frame
 * @param {number} width of both, pixels
 * @param {number} height of both, pixels
 * @returns {Difference & {heat: Uint8ClampedArray<ArrayBuffer>}} `heat` is the map as RGBA bytes
 */
export function diffPixels(before, after, box, width, height) {
  const distance = smoothedDistance(before, after, width, height);
  const area = sharedArea(box, width, height);
  const heat = new Uint8ClampedArray(width * height * 4);
  let changed = 0;
  for (let y = area.top; y < area.bottom; y += 1) {
    for (let x = area.left; x < area.right; x += 1) {
      const value = distance[y * width + x] ?? 0;
      if (value > CHANGED) changed += 1;
      setHeat(heat, (y * width + x) * 4, value);
    }
  }
  const compared = (area.right - area.left) * (area.bottom - area.top);
  return { changed: changed / Math.max(1, compared), isWhole: compared === width * height, heat };
}

/**
 * @param {Difference} difference
 * @returns {string} one line in plain words
 */
export function describeDifference({ changed, isWhole }) {
  const what = isWhole ? "the picture" : "the shared part";
  if (changed > 0.995) return isWhole ? "Everything changed" : "All of the shared part changed";
  if (changed < 0.0005) return `No visible change in ${what}`;
  if (changed < 0.01) return `Less than 1 % of ${what} changed`;
  return `${Math.round(changed * 100)} % of ${what} changed`;
}

/**
 * Per pixel the largest channel's distance, 0 to 255, of the images' 3×3 means. The mean removes
 * grain, and the half pixel by which two sizes never agree.
 * @param {Uint8ClampedArray} before
 * @param {Uint8ClampedArray} after
 * @param {number} width
 * @param {number} height
 */
function smoothedDistance(before, after, width, height) {
  const distance = new Uint8ClampedArray(width * height);
  const sums = new Float32Array(width * height); // of three neighbours in a row
  /** @param {number} x @param {number} y @param {number} channel */
  const gap = (x, y, channel) => {
    const at = (y * width + Math.min(width - 1, Math.max(0, x))) * 4 + channel;
    return (after[at] ?? 0) - (before[at] ?? 0);
  };
  /** @param {number} x @param {number} y */
  const sum = (x, y) => sums[Math.min(height - 1, Math.max(0, y)) * width + x] ?? 0;
  for (let channel = 0; channel < 3; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        sums[y * width + x] = gap(x - 1, y, channel) + gap(x, y, channel) + gap(x + 1, y, channel);
      }
    }
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = y * width + x;
        const mean = Math.abs(sum(x, y - 1) + sum(x, y) + sum(x, y + 1)) / 9;
        if (mean > (distance[at] ?? 0)) distance[at] = mean;
      }
    }
  }
  return distance;
}

/**
 * @param {Box} box shares of the frame
 * @param {number} width
 * @param {number} height
 * @returns {PixelArea} the pixels of the frame that the before reaches
 */
export function sharedArea(box, width, height) {
  return {
    left: Math.max(0, Math.ceil(box.left * width)),
    top: Math.max(0, Math.ceil(box.top * height)),
    right: Math.min(width, Math.floor((box.left + box.width) * width + 1e-6)),
    bottom: Math.min(height, Math.floor((box.top + box.height) * height + 1e-6)),
  };
}

/**
 * @param {Uint8ClampedArray} heat
 * @param {number} at index of the pixel's first byte
 * @param {number} distance
 */
function setHeat(heat, at, distance) {
  const strength = Math.min(1, Math.max(0, (distance - NOISE) / (STRONGEST - NOISE)));
  COOL_RGB.forEach((cool, channel) => {
    heat[at + channel] = cool + ((HOT_RGB[channel] ?? 0) - cool) * strength;
  });
  heat[at + 3] = strength === 0 ? 0 : 60 + 130 * Math.sqrt(strength);
}
