/**
 * A beat: draws the fragment it stands in again and again, while somebody may see it.
 */

import { whenQuiet } from "./quiet.js";

/** @type {WeakMap<Element, () => void>} By the element that Streamlit gives the component. */
const ends = new WeakMap();

/** @param {{data: {seconds: number}, parentElement: Element, setTriggerValue: Function}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  ends.get(parentElement)?.();
  let takeBack = () => {};
  const timer = setInterval(() => {
    takeBack();
    if (!document.hidden) takeBack = whenQuiet(() => setTriggerValue("beat", true));
  }, data.seconds * 1000);
  const end = () => {
    clearInterval(timer);
    takeBack();
  };
  ends.set(parentElement, end);
  return () => !parentElement.isConnected && end();
}
