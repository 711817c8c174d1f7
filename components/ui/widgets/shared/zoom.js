/**
 * Zoom and pan for anything shown centred in a box: wheel and pinch zoom about the
 * point under them, a double click goes to real pixels and back, a drag pans.
 *
 * It draws nothing. The owner reads the state in `onChange` and moves its content
 * with `transform: translate(x px, y px) scale(scale)` about the content's centre.
 */

/**
 * @typedef {object} ZoomState
 * @property {number} scale  1 is fitted to the box; 2 is twice that.
 * @property {number} x  CSS pixels from the box's centre to the content's centre.
 * @property {number} y  The same, downwards.
 * @property {number} focusX  Share of the content's width that lies at the box's centre.
 * @property {number} focusY  The same for its height.
 */

/**
 * @typedef {object} ZoomOptions
 * @property {(state: ZoomState, smooth: boolean) => void} onChange
 *   Called after every change, also when the box is resized. `smooth` is true for a
 *   single step worth easing (a button, a double click), false inside a gesture.
 * @property {number} maxScale  Closest zoom, as a multiple of the fitted size.
 * @property {() => {width: number, height: number}} content
 *   Size of the fitted content in CSS pixels.
 * @property {(x: number, y: number) => DOMRect} [viewAt]
 *   The pane under a point, where the box holds several. Default: the whole box.
 * @property {() => number} actualScale
 *   The scale at which one pixel of the picture is one pixel of the screen.
 */

const TAP_SLOP_PX = 8;
const DOUBLE_TAP_MS = 320;
const DOUBLE_TAP_REACH_PX = 28;
const WHEEL_LINE_PX = 16;
/** Parts of the box that answer a press themselves. */
const OWN_CONTROLS = "button, a, input, select, textarea, [role=slider]";

/**
 * @param {HTMLElement} stage  The box. It must clip its overflow.
 * @param {ZoomOptions} options
 * @returns {{readonly state: ZoomState,
 *   zoomTo: (scale: number, point?: {x: number, y: number} | null, smooth?: boolean) => void,
 *   panBy: (dx: number, dy: number, smooth?: boolean) => void,
 *   refresh: () => void,
 *   restore: (state: Partial<ZoomState>) => void,
 *   reset: (smooth?: boolean) => void,
 *   destroy: () => void}}
 *   `zoomTo` keeps the content under `point` (client coordinates) where it is; without a
 *   point it keeps the middle. `refresh` reads the sizes again after a change of layout;
 *   `restore` goes back to a state that was read before, in whatever size the box has now.
 */
export function createZoom(stage, options) {
  const { onChange, maxScale, content, actualScale } = options;
  const viewAt = options.viewAt ?? (() => stage.getBoundingClientRect());
  const listening = new AbortController();
  const pointers = new Map();

  let scale = 1;
  // The point of the content at the middle of the box, as a share of its width and height.
  // Shares survive a resize, a change of layout and full screen; pixels would not.
  let focusX = 0.5;
  let focusY = 0.5;
  let press = null;
  let lastTap = null;

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  /** Keeps the content's edge from leaving the edge of the box. */
  function clampFocus(focus, length, viewLength) {
    const shown = length * scale;
    if (!(shown > viewLength + 0.5)) return 0.5;
    const margin = viewLength / shown / 2;
    return clamp(focus, margin, 1 - margin);
  }

  function settle(smooth) {
    const view = viewAt(NaN, NaN);
    const size = content();
    if (!(size.width > 0 && size.height > 0)) return; // hidden for now: keep what was looked at
    focusX = clampFocus(focusX, size.width, view.width);
    focusY = clampFocus(focusY, size.height, view.height);
    onChange(read(), smooth);
  }

  function read() {
    const { width, height } = content();
    return {
      scale,
      x: (0.5 - focusX) * width * scale,
      y: (0.5 - focusY) * height * scale,
      focusX,
      focusY,
    };
  }

  function zoomTo(wanted, point = null, smooth = false) {
    const next = clamp(Number.isFinite(wanted) ? wanted : 1, 1, maxScale);
    const { width, height } = content();
    if (point && width > 0 && height > 0) {
      const view = viewAt(point.x, point.y);
      const fromMiddleX = point.x - (view.left + view.width / 2);
      const fromMiddleY = point.y - (view.top + view.height / 2);
      focusX += (fromMiddleX / width) * (1 / scale - 1 / next);
      focusY += (fromMiddleY / height) * (1 / scale - 1 / next);
    }
    scale = next;
    settle(smooth);
  }

  function panBy(dx, dy, smooth = false) {
    const { width, height } = content();
    if (!(width > 0 && height > 0)) return;
    focusX -= dx / (width * scale);
    focusY -= dy / (height * scale);
    settle(smooth);
  }

  function restore(state) {
    focusX = state?.focusX ?? 0.5;
    focusY = state?.focusY ?? 0.5;
    zoomTo(state?.scale ?? 1);
  }

  function reset(smooth = false) {
    focusX = 0.5;
    focusY = 0.5;
    zoomTo(1, null, smooth);
  }

  function toggleActual(point) {
    if (scale > 1.01) return reset(true);
    const actual = actualScale();
    // A picture that already fits at real pixels would not visibly answer.
    return zoomTo(actual > 1.05 ? actual : 2, point, true);
  }

  /** Middle of the fingers and how far they are apart, in client pixels. */
  function grip() {
    const [a, b = a] = [...pointers.values()];
    return {
      x: (a.x + b.x) / 2,
      y: (a.y + b.y) / 2,
      spread: Math.hypot(a.x - b.x, a.y - b.y),
    };
  }

  function onWheel(event) {
    const closer = event.deltaY < 0;
    // A fitted picture lets the page scroll on; only a real zoom takes the wheel.
    if (scale <= 1 && !closer && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * WHEEL_LINE_PX : event.deltaY;
    const speed = event.ctrlKey ? 0.01 : 0.0018; // a trackpad pinch sends small deltas with ctrl
    const factor = Math.exp(clamp(-pixels * speed, -0.5, 0.5));
    zoomTo(scale * factor, { x: event.clientX, y: event.clientY });
  }

  function onPointerDown(event) {
    if (event.button !== 0 || event.target.closest(OWN_CONTROLS)) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    press = pointers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
  }

  function onPointerMove(event) {
    if (!pointers.has(event.pointerId)) return;
    const before = grip();
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = grip();
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > TAP_SLOP_PX) {
      press = null;
    }
    if (pointers.size > 1 && before.spread > 0) {
      zoomTo(scale * (after.spread / before.spread), before);
    }
    if (pointers.size > 1 || scale > 1) panBy(after.x - before.x, after.y - before.y);
  }

  function onPointerUp(event) {
    if (!pointers.delete(event.pointerId) || !press) return;
    press = null;
    const tap = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    const again =
      lastTap !== null &&
      tap.at - lastTap.at < DOUBLE_TAP_MS &&
      Math.hypot(tap.x - lastTap.x, tap.y - lastTap.y) < DOUBLE_TAP_REACH_PX;
    lastTap = again ? null : tap;
    if (again) toggleActual(tap);
  }

  function onPointerLost(event) {
    pointers.delete(event.pointerId);
    press = null;
  }

  /** Stops the browser from scrolling or zooming the page under a gesture that is ours. */
  function onTouchStart(event) {
    const ours = event.touches.length > 1 || scale > 1;
    if (ours && event.cancelable && !event.target.closest(OWN_CONTROLS)) event.preventDefault();
  }

  const { signal } = listening;
  stage.addEventListener("wheel", onWheel, { passive: false, signal });
  stage.addEventListener("touchstart", onTouchStart, { passive: false, signal });
  stage.addEventListener("pointerdown", onPointerDown, { signal });
  // On the window, since a drag ends anywhere; capturing would retarget the owner's clicks.
  window.addEventListener("pointermove", onPointerMove, { signal });
  window.addEventListener("pointerup", onPointerUp, { signal });
  window.addEventListener("pointercancel", onPointerLost, { signal });
  stage.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
  const resizes = new ResizeObserver(() => settle(false));
  resizes.observe(stage);

  return {
    get state() {
      return read();
    },
    zoomTo,
    panBy,
    refresh: () => settle(false),
    restore,
    reset,
    destroy() {
      listening.abort();
      resizes.disconnect();
      pointers.clear();
    },
  };
}
