/**
 * The page of a pair that somebody shares: its divider follows mouse, finger and keys.
 */

import { Divider } from "../widgets/image_compare/divider.js";
import { dividerShare } from "../widgets/image_compare/geometry.js";
import { shareForKey } from "./divider-keys.js";

const frame = document.querySelector(".kx-shared-compare");
const handle = frame?.querySelector("[role=slider]");

if (frame instanceof HTMLElement && handle instanceof HTMLElement) {
  let share = 0.5;
  const width = () => frame.getBoundingClientRect().width;
  /** @param {number} to */
  const move = (to) => {
    share = to;
    divider.draw(share, share * width(), "Before", "After");
  };
  const divider = new Divider(frame, handle, {
    shareAt: (clientX) => {
      const { left, width: across, height } = frame.getBoundingClientRect();
      return dividerShare(clientX - left, { left: 0, right: 0, top: 0 }, { width: across, height });
    },
    mayJump: () => true,
    onMove: move,
    signal: new AbortController().signal,
  });
  handle.addEventListener("keydown", (event) => {
    const to = shareForKey(event, share);
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  new ResizeObserver(() => move(share)).observe(frame);
}
