/**
 * Which cards are near the screen. They stand in rows from top to bottom, so a search by halves
 * finds the first and the last: a thousand cards are looked at as quickly as ten. An observer of
 * each would cost milliseconds in every frame.
 */

const NEAR_PX = 600; // this far outside the screen a card is filled
const FAR_PX = 4000; // and this far outside it is emptied again

export class ViewportTracker {
  /**
   * @param {HTMLElement} root whose size tells of a new layout
   * @param {() => CardView[]} order the cards as they stand
   * @param {() => void} onChange other cards are near
   */
  constructor(root, order, onChange) {
    Object.assign(this, { root, order, onChange });
    this.near = { first: 0, end: 0 };
    /** @type {Set<CardView>} */
    this.kept = new Set();
    this.listening = new AbortController();
    const look = () => this.lookSoon();
    // Captured: what scrolls is Streamlit's own box, and scroll events do not bubble.
    document.addEventListener("scroll", look, { capture: true, passive: true, signal: this.listening.signal });
    window.addEventListener("resize", look, { signal: this.listening.signal });
    this.sizes = new ResizeObserver(look);
    this.sizes.observe(root);
  }

  lookSoon() {
    this.frame ??= requestAnimationFrame(() => this.look());
  }

  look() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const { first, end } = this.within(NEAR_PX);
    const order = this.order();
    const near = new Set(order.slice(first, end));
    for (const view of near) if (!view.inSight) view.comeIntoSight();
    this.forgetFar(order, near);
    const hasMoved = first !== this.near.first || end !== this.near.end;
    this.near = { first, end };
    if (hasMoved) this.onChange();
  }

  /** A card that is long past keeps its place and nothing in it. */
  forgetFar(order, near) {
    const { first, end } = this.within(FAR_PX);
    const mayStay = new Set(order.slice(first, end));
    for (const view of this.kept) if (!mayStay.has(view)) view.leaveSight();
    this.kept = new Set([...this.kept].filter((view) => mayStay.has(view)));
    for (const view of near) this.kept.add(view);
  }

  /** The places from `first` to before `end` that are no further from the screen than this. */
  within(margin) {
    const order = this.order();
    if (!this.root.getClientRects().length) return { first: 0, end: 0 }; // on no screen at all
    const rect = (place) => order[place].element.getBoundingClientRect();
    return {
      first: firstPlace(order.length, (place) => rect(place).bottom >= -margin),
      end: firstPlace(order.length, (place) => rect(place).top > innerHeight + margin),
    };
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.listening.abort();
    this.sizes.disconnect();
  }
}

/** The first place of which something is true that stays true from there on. */
function firstPlace(count, isTrue) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
