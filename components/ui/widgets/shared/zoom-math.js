/**
 * The arithmetic of zoom and pan: how far, and around which point. Touches no document.
 */

/** @typedef {{width: number, height: number}} Size CSS pixels */
/** @typedef {{x: number, y: number}} Point client coordinates, CSS pixels */
/** @typedef {{left: number, top: number, width: number, height: number}} Rect CSS pixels */

/**
 * @typedef {object} ZoomReading
 * @property {number} scale 1 is fitted to the box; 2 is twice that
 * @property {number} x CSS pixels from the box's centre to the content's centre
 * @property {number} y the same, downwards
 * @property {number} focusX share of the content's width that lies at the box's centre
 * @property {number} focusY the same for its height
 */

const WHEEL_LINE_PX = 16;
const DOUBLE_TAP_MS = 320;
const DOUBLE_TAP_REACH_PX = 28;

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** @param {Size} size @returns {boolean} false while the element is hidden */
const isShown = (size) => size.width > 0 && size.height > 0;

export class ZoomState {
  scale = 1;
  // Shares survive a resize, a change of layout and full screen; pixels would not.
  focusX = 0.5;
  focusY = 0.5;
  #maxScale;

  /** @param {number} maxScale closest zoom, as a multiple of the fitted size */
  constructor(maxScale) {
    this.#maxScale = maxScale;
  }

  /**
   * @param {Size} content fitted
   * @returns {ZoomReading}
   */
  read(content) {
    const { scale, focusX, focusY } = this;
    return {
      scale,
      x: (0.5 - focusX) * content.width * scale,
      y: (0.5 - focusY) * content.height * scale,
      focusX,
      focusY,
    };
  }

  /**
   * Zoom; the content under `point` stays under it.
   * @param {number} scale anything that is no number becomes 1
   * @param {Size} content fitted
   * @param {{point: Point, view: Rect} | null} [anchor] null keeps the middle
   */
  zoomTo(scale, content, anchor = null) {
    const next = clamp(Number.isFinite(scale) ? scale : 1, 1, this.#maxScale);
    if (anchor && isShown(content)) {
      const { point, view } = anchor;
      const change = 1 / this.scale - 1 / next;
      this.focusX += ((point.x - (view.left + view.width / 2)) / content.width) * change;
      this.focusY += ((point.y - (view.top + view.height / 2)) / content.height) * change;
    }
    this.scale = next;
  }

  /**
   * @param {number} dx CSS pixels
   * @param {number} dy CSS pixels
   * @param {Size} content fitted
   */
  panBy(dx, dy, content) {
    if (!isShown(content)) return;
    this.focusX -= dx / (content.width * this.scale);
    this.focusY -= dy / (content.height * this.scale);
  }

  /**
   * Keep the content's edge from leaving the edge of the view.
   * @param {Size} content fitted
   * @param {Size} view
   * @returns {boolean} false while the content is hidden: then nothing changes
   */
  settle(content, view) {
    if (!isShown(content)) return false;
    this.focusX = clampFocus(this.focusX, content.width * this.scale, view.width);
    this.focusY = clampFocus(this.focusY, content.height * this.scale, view.height);
    return true;
  }

  /** @param {Partial<ZoomReading> | undefined} reading the focus of an earlier reading */
  setFocus(reading) {
    this.focusX = reading?.focusX ?? 0.5;
    this.focusY = reading?.focusY ?? 0.5;
  }
}

/**
 * @param {number} focus share of the content
 * @param {number} shown length of the zoomed content
 * @param {number} view length of the view
 * @returns {number}
 */
function clampFocus(focus, shown, view) {
  if (!(shown > view + 0.5)) return 0.5;
  const margin = view / shown / 2;
  return clamp(focus, margin, 1 - margin);
}

/**
 * The scale a double click leads to: real pixels, or back to fitted.
 * @param {number} scale now
 * @param {number} actual at which one image pixel is one screen pixel
 * @returns {number}
 */
export function toggledScale(scale, actual) {
  if (scale > 1.01) return 1;
  // An image that already fits at real pixels would not visibly react.
  return actual > 1.05 ? actual : 2;
}

/**
 * @param {{deltaY: number, deltaMode: number, ctrlKey: boolean}} wheel
 * @returns {number} what the scale is multiplied by
 */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }) {
  const pixels = deltaMode === 1 ? deltaY * WHEEL_LINE_PX : deltaY;
  const speed = ctrlKey ? 0.01 : 0.0018; // a trackpad pinch sends small deltas with ctrl
  return Math.exp(clamp(-pixels * speed, -0.5, 0.5));
}

/**
 * @param {Point[]} pointers one or two
 * @returns {{x: number, y: number, spread: number}} their middle and how far they are apart
 */
export function pinch(pointers) {
  const [a = { x: 0, y: 0 }, b = a] = pointers;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.hypot(a.x - b.x, a.y - b.y) };
}

/**
 * @param {(Point & {at: number}) | null} last
 * @param {Point & {at: number}} tap `at` in milliseconds
 * @returns {boolean} whether the second tap makes a double tap
 */
export function isDoubleTap(last, tap) {
  if (!last || tap.at - last.at >= DOUBLE_TAP_MS) return false;
  return Math.hypot(tap.x - last.x, tap.y - last.y) < DOUBLE_TAP_REACH_PX;
}
