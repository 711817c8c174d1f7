/**
 * What changed between two pictures, and how much: a heat map to lay over the after, and
 * the share of the picture that differs. Reads pixels, so both must be of our own origin.
 */

/** Longest side of the comparison in pixels: enough to see, few enough to be instant. */
const COMPARED_AT_PX = 512;
/** Out of 255. JPEG and a change of size stay under the first; the second counts as changed. */
const NOISE = 14;
const CHANGED = 28;
/** Out of 255: from here on the heat is at its strongest. */
const STRONGEST = 110;
const COOL = [255, 186, 36];
const HOT = [255, 32, 86];

/**
 * @typedef {object} Difference
 * @property {number} changed  Share of the compared pixels that differ, 0 to 1.
 * @property {boolean} whole  False where the before covers only a part of the after.
 */

/**
 * Compares `before`, laid into the after's frame at `box`, with `after`, and paints the
 * heat on `canvas`. Throws what the canvas throws for pictures of another origin.
 *
 * @param {HTMLImageElement} before
 * @param {HTMLImageElement} after
 * @param {{left: number, top: number, width: number, height: number}} box  Shares of the frame.
 * @param {HTMLCanvasElement} canvas
 * @returns {Difference}
 */
export function paintDifference(before, after, box, canvas) {
  const shrink = Math.min(1, COMPARED_AT_PX / Math.max(after.naturalWidth, after.naturalHeight));
  const width = Math.max(1, Math.round(after.naturalWidth * shrink));
  const height = Math.max(1, Math.round(after.naturalHeight * shrink));
  const was = pixelsOf(before, box, width, height);
  const is = pixelsOf(after, { left: 0, top: 0, width: 1, height: 1 }, width, height);
  const gap = smoothedGap(was, is, width, height);
  const shared = sharedArea(box, width, height);

  const heat = new ImageData(width, height);
  let changed = 0;
  for (let y = shared.top; y < shared.bottom; y += 1) {
    for (let x = shared.left; x < shared.right; x += 1) {
      const at = y * width + x;
      if (gap[at] > CHANGED) changed += 1;
      paintHeat(heat.data, at * 4, gap[at]);
    }
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(heat, 0, 0);
  const compared = Math.max(1, (shared.right - shared.left) * (shared.bottom - shared.top));
  return { changed: changed / compared, whole: compared === width * height };
}

/**
 * @param {Difference} difference
 * @returns {string} One line in plain words.
 */
export function describeDifference({ changed, whole }) {
  const what = whole ? "the picture" : "the shared part";
  if (changed < 0.0005) return `No visible change in ${what}`;
  if (changed < 0.01) return `Less than 1 % of ${what} changed`;
  return `${Math.round(changed * 100)} % of ${what} changed`;
}

/**
 * The heat map and its verdict, painted anew only when the pictures or their fit change.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} verdict  Gets the line in plain words.
 */
export function createDiffMap(canvas, verdict) {
  let painted = "";

  return {
    /** Both images must have loaded; `box` is the before's place in the after's frame. */
    draw(before, after, box) {
      const question = JSON.stringify([before.src, after.src, box]);
      if (question === painted) return;
      painted = question;
      try {
        verdict.textContent = describeDifference(paintDifference(before, after, box, canvas));
      } catch (error) {
        // Pictures of another origin may be shown but not read.
        console.warn("The difference could not be computed", error);
        verdict.textContent = "The difference of these pictures cannot be computed";
      }
      canvas.setAttribute("aria-label", `Map of what changed. ${verdict.textContent}`);
    },
  };
}

/** The picture drawn into the frame over mid grey, as RGBA bytes. */
function pixelsOf(image, box, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#808080"; // transparency on both sides then counts as no change
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, box.left * width, box.top * height, box.width * width, box.height * height);
  return pen.getImageData(0, 0, width, height).data;
}

/**
 * Per pixel the largest channel's distance, 0 to 255, of the pictures' 3×3 means. The mean
 * takes out grain and the half pixel that two sizes never agree on.
 */
function smoothedGap(was, is, width, height) {
  const gap = new Uint8ClampedArray(width * height);
  const rows = new Float32Array(width * height);
  for (let channel = 0; channel < 3; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        let sum = 0;
        for (let step = -1; step <= 1; step += 1) {
          const near = Math.min(width - 1, Math.max(0, x + step));
          const at = (y * width + near) * 4 + channel;
          sum += is[at] - was[at];
        }
        rows[y * width + x] = sum;
      }
    }
    for (let y = 0; y < height; y += 1) {
      const above = Math.max(0, y - 1) * width;
      const below = Math.min(height - 1, y + 1) * width;
      for (let x = 0; x < width; x += 1) {
        const at = y * width + x;
        const mean = Math.abs(rows[above + x] + rows[at] + rows[below + x]) / 9;
        if (mean > gap[at]) gap[at] = mean;
      }
    }
  }
  return gap;
}

/** The pixels of the frame that the before reaches, as half-open ranges. */
function sharedArea(box, width, height) {
  return {
    left: Math.max(0, Math.ceil(box.left * width)),
    top: Math.max(0, Math.ceil(box.top * height)),
    right: Math.min(width, Math.floor((box.left + box.width) * width + 1e-6)),
    bottom: Math.min(height, Math.floor((box.top + box.height) * height + 1e-6)),
  };
}

function paintHeat(bytes, at, gap) {
  const strength = Math.min(1, Math.max(0, (gap - NOISE) / (STRONGEST - NOISE)));
  for (let channel = 0; channel < 3; channel += 1) {
    bytes[at + channel] = COOL[channel] + (HOT[channel] - COOL[channel]) * strength;
  }
  bytes[at + 3] = strength === 0 ? 0 : 60 + 130 * Math.sqrt(strength);
}
