/**
 * Small pieces of a page: elements, their order, and times in words. Text from people only ever
 * goes through `textContent` and attributes, never through markup.
 */

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children strings become text
 * @returns {HTMLElement}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/**
 * Say something if it differs: an untouched text keeps selection and screen reader still.
 * @param {HTMLElement} target
 * @param {string} text
 */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
  target.hidden = text === "";
}

/**
 * Put children in this order with the fewest moves. Moving a node drops its focus and restarts
 * its animations, so those already in place stay.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} children all that shall remain
 */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let place = parent.firstElementChild;
  for (const child of children) {
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

/**
 * @param {HTMLElement} target
 * @param {string | null} url absolute; escaped by `URL` so that it cannot leave the quotes
 */
export function showBehind(target, url) {
  const image = url ? `url("${url}")` : "";
  if (target.dataset.image === image) return;
  target.dataset.image = image;
  target.style.backgroundImage = image;
}

/**
 * @param {number} milliseconds
 * @returns {string} "12 s", "2 min 05 s"
 */
export function durationText(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/**
 * @param {number} milliseconds
 * @returns {string} "14 days left", "5 h left": what has begun counts whole
 */
export function leftText(milliseconds) {
  const hours = Math.max(0, Math.ceil(milliseconds / 3_600_000));
  return hours <= 48 ? `${hours} h left` : `${Math.ceil(hours / 24)} days left`;
}

const CLOCK_FORMAT = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
export const DAY_FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @param {SheetCard} card
 * @returns {string} when it was asked for, and how long it took once it is over
 */
export function momentText(card) {
  if (!card.created_ms) return "";
  const made = new Date(card.created_ms);
  const today = made.toDateString() === new Date().toDateString();
  const words = [(today ? CLOCK_FORMAT : DAY_FORMAT).format(made)];
  if (card.finished_ms) words.push(durationText(card.finished_ms - (card.started_ms ?? card.created_ms)));
  return words.join(" · ");
}
