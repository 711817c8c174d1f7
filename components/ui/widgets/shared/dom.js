/**
 * Elements of a page and their order. Text from people only ever goes through `textContent` and
 * attributes, never through markup.
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
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
  target.hidden = text === "";
}

/**
 * Put children in this order with the fewest moves. Moving a node drops its focus and restarts
 * its animations, so those already in place stay.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} children all that shall remain
 */
export function reorder(parent, children) {
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
export function setBackground(target, url) {
  const image = url ? `url("${url}")` : "";
  if (target.dataset.image === image) return;
  target.dataset.image = image;
  target.style.backgroundImage = image;
}
