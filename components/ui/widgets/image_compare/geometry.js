/**
 * Where things lie on the stage: the panes, the fitted frame in them, and the divider.
 */

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement[]} panes  All of one size.
 * @param {{width: number, height: number}} frame  The after's size in pixels; read, not kept.
 */
export function createGeometry(stage, panes, frame) {
  /** Size of the frame fitted into one pane, in CSS pixels. */
  function fitted() {
    const { clientWidth, clientHeight } = panes[0];
    const scale = Math.min(clientWidth / frame.width, clientHeight / frame.height);
    return { width: frame.width * scale, height: frame.height * scale };
  }

  /** The pane under a point of the window, or the first one. */
  function paneAt(x, y) {
    const rects = panes.map((pane) => pane.getBoundingClientRect());
    const under = (rect) =>
      x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom;
    return rects.find(under) ?? rects[0];
  }

  /** The part of a pane that the frame covers, in CSS pixels from the pane's edges. */
  function covered(zoom) {
    const { clientWidth, clientHeight } = panes[0];
    const { width, height } = fitted();
    const outside = (view, length, shift) => Math.max(0, (view - length * zoom.scale) / 2 + shift);
    return {
      left: outside(clientWidth, width, zoom.x),
      right: outside(clientWidth, width, -zoom.x),
      top: outside(clientHeight, height, zoom.y),
    };
  }

  /** The stretch in which the divider can stand. */
  function span(zoom) {
    const { left, right } = covered(zoom);
    return { left, width: Math.max(1, panes[0].clientWidth - left - right) };
  }

  return {
    fitted,
    covered,
    paneAt,
    /** The scale at which one pixel of the after is one pixel of the screen. */
    actualScale: () => frame.width / Math.max(1, fitted().width * window.devicePixelRatio),
    /** Columns or rows, whichever shows two frames larger. */
    betterSplit() {
      const { clientWidth, clientHeight } = stage;
      const columns = Math.min(clientWidth / 2 / frame.width, clientHeight / frame.height);
      const rows = Math.min(clientWidth / frame.width, clientHeight / 2 / frame.height);
      return rows > columns ? "rows" : "columns";
    },
    /** CSS pixels from the pane's left to a divider at `share` (0 to 1) of the frame. */
    dividerAt(share, zoom) {
      const { left, width } = span(zoom);
      return left + share * width;
    },
    /** The share, 0 to 1, at which the divider stands under a client x. */
    shareAt(clientX, zoom) {
      const { left, width } = span(zoom);
      const x = clientX - panes[0].getBoundingClientRect().left;
      return Math.min(1, Math.max(0, (x - left) / width));
    },
  };
}
