/**
 * Zoom and pan for content centred in a box. Wheel and pinch zoom around the point under them, a
 * double click goes to real pixels and back, a drag pans.
 *
 * It draws nothing. The owner gets the state in `onChange` and moves its content with
 * `transform: translate(x px, y px) scale(scale)` around the content's centre.
 */

import { closest } from "./dom.js";
import { ZoomState, isDoubleTap, pinch, toggledScale, wheelFactor } from "./zoom-math.js";

/** @import { Point, Rect, Size, ZoomReading } from "./zoom-math.js" */

/**
 * @typedef {object} ZoomOptions
 * @property {(reading: ZoomReading, smooth: boolean) => void} onChange
 *   Called after every change, also when the box is resized. `smooth` is true for a single step
 *   worth easing (a button, a double click), false inside a gesture.
 * @property {number} maxScale closest zoom, as a multiple of the fitted size
 * @property {() => Size} content size of the fitted content in CSS pixels
 * @property {(point: Point | null) => Rect} [viewAt]
 *   The pane under a point, where the box holds several; null asks for any. Default: the box.
 * @property {() => number} actualScale at which one image pixel is one screen pixel
 * @property {() => boolean} [mayPan]
 *   Whether one finger or the left button moves the content, and a double click zooms. Default: yes.
 */

const TAP_SLOP_PX = 8;
/** Parts of the box that handle a press themselves. */
const OWN_CONTROLS = "button, a, input, select, textarea, [role=slider]";

export class Zoom {
  #box;
  #options;
  #state;
  #listening = new AbortController();
  /** @type {Map<number, Point>} */
  #pointers = new Map();
  /** Whether the pointer that is alone on the box moves the content. */
  #pans = true;
  /** @type {Point | null} Where a press began that may become a tap. */
  #press = null;
  /** @type {(Point & {at: number}) | null} */
  #lastTap = null;
  #resizes = new ResizeObserver(() => this.refresh());

  /**
   * @param {HTMLElement} box must clip its overflow
   * @param {ZoomOptions} options
   */
  constructor(box, options) {
    this.#box = box;
    this.#options = options;
    this.#state = new ZoomState(options.maxScale);
    const { signal } = this.#listening;
    const active = { passive: false, signal };
    box.addEventListener("wheel", (event) => this.#onWheel(event), active);
    box.addEventListener("touchstart", (event) => this.#onTouchStart(event), active);
    box.addEventListener("pointerdown", (event) => this.#onPointerDown(event), { signal });
    box.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    // On the window, since a drag ends anywhere; capturing would retarget the owner's clicks.
    window.addEventListener("pointermove", (event) => this.#onPointerMove(event), { signal });
    window.addEventListener("pointerup", (event) => this.#onPointerUp(event), { signal });
    window.addEventListener("pointercancel", (event) => this.#onPointerLost(event), { signal });
    this.#resizes.observe(box);
  }

  /** @returns {ZoomReading} */
  get state() {
    return this.#state.read(this.#options.content());
  }

  /**
   * Zoom; the content under `point` stays where it is, without a point the middle does.
   * @param {number} scale
   * @param {Point | null} [point] client coordinates
   * @param {boolean} [smooth]
   */
  zoomTo(scale, point = null, smooth = false) {
    const anchor = point && { point, view: this.#viewAt(point) };
    this.#state.zoomTo(scale, this.#options.content(), anchor);
    this.#settle(smooth);
  }

  /**
   * @param {number} dx CSS pixels
   * @param {number} dy CSS pixels
   * @param {boolean} [smooth]
   */
  panBy(dx, dy, smooth = false) {
    this.#state.panBy(dx, dy, this.#options.content());
    this.#settle(smooth);
  }

  /** Read the sizes again after a change of layout. */
  refresh() {
    this.#settle(false);
  }

  /** @param {Partial<ZoomReading> | undefined} reading an earlier state, at any size of the box */
  restore(reading) {
    this.#state.setFocus(reading);
    this.zoomTo(reading?.scale ?? 1);
  }

  /** @param {boolean} [smooth] */
  reset(smooth = false) {
    this.#state.setFocus(undefined);
    this.zoomTo(1, null, smooth);
  }

  destroy() {
    this.#listening.abort();
    this.#resizes.disconnect();
    this.#pointers.clear();
  }

  /**
   * @param {Point | null} point
   * @returns {Rect}
   */
  #viewAt(point) {
    return this.#options.viewAt?.(point) ?? this.#box.getBoundingClientRect();
  }

  /** @param {boolean} smooth */
  #settle(smooth) {
    const content = this.#options.content();
    if (!this.#state.settle(content, this.#viewAt(null))) return;
    this.#options.onChange(this.#state.read(content), smooth);
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    // A fitted image lets the page scroll on; only a real zoom takes the wheel.
    if (this.#state.scale <= 1 && event.deltaY >= 0 && !event.ctrlKey) return;
    event.preventDefault();
    this.zoomTo(this.#state.scale * wheelFactor(event), pointOf(event));
  }

  /** @param {PointerEvent} event */
  #onPointerDown(event) {
    const isMiddle = event.button === 1;
    if ((event.button !== 0 && !isMiddle) || closest(event.target, OWN_CONTROLS)) return;
    if (isMiddle) event.preventDefault(); // or the browser scrolls by itself
    this.#pointers.set(event.pointerId, pointOf(event));
    const mayPan = this.#options.mayPan?.() ?? true;
    this.#pans = isMiddle || mayPan;
    this.#press = this.#pointers.size === 1 && !isMiddle && mayPan ? pointOf(event) : null;
  }

  /** @param {PointerEvent} event */
  #onPointerMove(event) {
    if (!this.#pointers.has(event.pointerId)) return;
    const before = pinch([...this.#pointers.values()]);
    const point = pointOf(event);
    this.#pointers.set(event.pointerId, point);
    const after = pinch([...this.#pointers.values()]);
    const press = this.#press;
    if (press && Math.hypot(point.x - press.x, point.y - press.y) > TAP_SLOP_PX) this.#press = null;
    if (this.#pointers.size > 1 && before.spread > 0) {
      this.zoomTo(this.#state.scale * (after.spread / before.spread), before);
    }
    if (this.#pointers.size > 1 || (this.#pans && this.#state.scale > 1)) {
      this.panBy(after.x - before.x, after.y - before.y);
    }
  }

  /** @param {PointerEvent} event */
  #onPointerUp(event) {
    if (!this.#pointers.delete(event.pointerId) || !this.#press) return;
    this.#press = null;
    const tap = { ...pointOf(event), at: event.timeStamp };
    const isDouble = isDoubleTap(this.#lastTap, tap);
    this.#lastTap = isDouble ? null : tap;
    if (isDouble) this.#toggleActual(tap);
  }

  /** @param {Point} point */
  #toggleActual(point) {
    const scale = toggledScale(this.#state.scale, this.#options.actualScale());
    if (scale === 1) this.reset(true);
    else this.zoomTo(scale, point, true);
  }

  /** @param {PointerEvent} event */
  #onPointerLost(event) {
    this.#pointers.delete(event.pointerId);
    this.#press = null;
  }

  /**
   * Keep the browser from scrolling or zooming the page under our own gesture.
   * @param {TouchEvent} event
   */
  #onTouchStart(event) {
    const isOurs = event.touches.length > 1 || this.#state.scale > 1;
    if (isOurs && event.cancelable && !closest(event.target, OWN_CONTROLS)) event.preventDefault();
  }
}

/**
 * @param {MouseEvent} event
 * @returns {Point}
 */
function pointOf(event) {
  return { x: event.clientX, y: event.clientY };
}
