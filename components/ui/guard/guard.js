/**
 * Looks whether the page is there, and says so when it is not.
 */

import { isQuiet } from "../beat/quiet.js";

const LOOK_MS = 250;
const LAST_PAUSE_MS = 30_000; // a page that cannot be drawn is not asked for all the time

/** @type {WeakMap<Element, () => void>} By the element that Streamlit gives the component. */
const ends = new WeakMap();

/** @param {{data: {landmarks: string}, parentElement: Element, setTriggerValue: Function}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  ends.get(parentElement)?.();
  let pause = LOOK_MS;
  let askAt = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    if (document.querySelector(data.landmarks)) {
      pause = LOOK_MS;
    } else if (now >= askAt && isQuiet()) {
      pause = Math.min(2 * pause, LAST_PAUSE_MS);
      askAt = now + pause;
      setTriggerValue("lost", true);
    }
  }, LOOK_MS);
  const end = () => clearInterval(timer);
  ends.set(parentElement, end);
  return () => !parentElement.isConnected && end();
}
