/**
 * The divider between the two pictures: dragging it, and saying where it stands.
 */

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} handle  Has role=slider.
 * @param {object} options
 * @param {(clientX: number) => number} options.shareAt  The share, 0 to 1, under a client x.
 * @param {(share: number, zoom: ZoomState) => number} options.cutAt  Its CSS pixels on the stage.
 * @param {() => boolean} options.mayJump  Whether a press beside the handle moves it there.
 * @param {(share: number) => void} options.onMove
 * @param {AbortSignal} options.signal
 */
export function createDivider(stage, handle, { shareAt, cutAt, mayJump, onMove, signal }) {
  /** The finger or button that holds the divider, and how far from its middle. */
  let held = null;

  function onPress(event) {
    held = null; // a second finger zooms
    if (event.button !== 0 || !event.isPrimary || event.target.closest("button")) return;
    const onHandle = event.target.closest("[role=slider]") === handle;
    if (!onHandle && !mayJump()) return;
    const box = handle.getBoundingClientRect();
    held = {
      pointer: event.pointerId,
      offset: onHandle ? event.clientX - box.left - box.width / 2 : 0,
    };
    // A finger may be about to scroll the page: it moves the divider once it moves.
    if (!onHandle && event.pointerType === "mouse") onMove(shareAt(event.clientX));
  }

  function onDrag(event) {
    if (held?.pointer === event.pointerId) onMove(shareAt(event.clientX - held.offset));
  }

  function onRelease(event) {
    if (held?.pointer === event.pointerId) held = null;
  }

  stage.addEventListener("pointerdown", onPress, { signal });
  window.addEventListener("pointermove", onDrag, { signal });
  window.addEventListener("pointerup", onRelease, { signal });
  window.addEventListener("pointercancel", onRelease, { signal });

  return {
    /** Puts the divider at `share` of the frame; `labels` name what is left and right of it. */
    draw(share, zoom, [left, right]) {
      const percent = Math.round(share * 100);
      stage.style.setProperty("--kx-divider", `${cutAt(share, zoom)}px`);
      handle.setAttribute("aria-label", `Divider between ${left} and ${right}`);
      handle.setAttribute("aria-valuenow", String(percent));
      handle.setAttribute("aria-valuetext", `${left} ${percent} %, ${right} ${100 - percent} %`);
    },
  };
}
