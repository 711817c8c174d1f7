/**
 * Where things lie in the viewport: the fitted frame in a pane, and the divider. Pure arithmetic.
 */

/** @import { Size } from "../shared/zoom-math.js" */
/** @typedef {{scale: number, x: number, y: number}} Zoom as of `ZoomReading` */
/** @typedef {{left: number, right: number, top: number}} Insets CSS pixels from a pane's edges */

/**
 * @param {Size} frame the after's size in pixels
 * @param {Size} pane CSS pixels
 * @returns {Size} the frame fitted into the pane, CSS pixels
 */
export function fitFrame(frame, pane) {
  const scale = Math.min(pane.width / frame.width, pane.height / frame.height);
  return { width: frame.width * scale, height: frame.height * scale };
}

/**
 * @param {Size} fitted frame
 * @param {Size} pane
 * @param {Zoom} zoom
 * @returns {Insets} the part of the pane that the zoomed frame covers
 */
export function coveredInsets(fitted, pane, zoom) {
  /**
   * @param {number} view
   * @param {number} length
   * @param {number} shift
   */
  const outside = (view, length, shift) =>
    Math.max(0, (view - length * zoom.scale) / 2 + shift);
  return {
    left: outside(pane.width, fitted.width, zoom.x),
    right: outside(pane.width, fitted.width, -zoom.x),
    top: outside(pane.height, fitted.height, zoom.y),
  };
}

/**
 * @param {number} share of the covered part, 0 to 1
 * @param {Insets} insets
 * @param {Size} pane
 * @returns {number} CSS pixels from the pane's left to the divider
 */
export function dividerOffset(share, insets, pane) {
  return insets.left + share * dividerSpan(insets, pane);
}

/**
 * @param {number} x CSS pixels from the pane's left
 * @param {Insets} insets
 * @param {Size} pane
 * @returns {number} the divider's share there, 0 to 1
 */
export function dividerShare(x, insets, pane) {
  return Math.min(1, Math.max(0, (x - insets.left) / dividerSpan(insets, pane)));
}

/**
 * @param {Insets} insets
 * @param {Size} pane
 */
function dividerSpan({ left, right }, pane) {
  return Math.max(1, pane.width - left - right);
}

/**
 * @param {Size} frame
 * @param {Size} fitted
 * @param {number} pixelRatio of the screen
 * @returns {number} the scale at which one image pixel is one screen pixel
 */
export function actualScale(frame, fitted, pixelRatio) {
  return frame.width / Math.max(1, fitted.width * pixelRatio);
}

/**
 * @param {Size} frame
 * @param {Size} viewport CSS pixels
 * @returns {"rows" | "columns"} whichever shows two frames larger
 */
export function betterSplit(frame, viewport) {
  const columns = Math.min(viewport.width / 2 / frame.width, viewport.height / frame.height);
  const rows = Math.min(viewport.width / frame.width, viewport.height / 2 / frame.height);
  return rows > columns ? "rows" : "columns";
}
