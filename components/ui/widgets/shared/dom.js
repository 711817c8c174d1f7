/**
 * Elements and their order. Text from people only ever goes through `textContent` and attributes,
 * never through markup.
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children strings become text
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/**
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLButtonElement}
 */
export function button(className, ...children) {
  const made = element("button", className, ...children);
  made.type = "button";
  return made;
}

/**
 * Set a text if it differs: an untouched text keeps the selection and does not alert a screen
 * reader. An empty text hides the element.
 * @param {HTMLElement} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
  target.hidden = text === "";
}

/**
 * Put children in this order with the fewest moves. Moving a node drops its focus and restarts its
 * animations, so nodes already in place stay.
 * @param {Element} parent
 * @param {Element[]} children all that shall remain
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
 * @param {string | null} url absolute; `URL` has escaped it, so it cannot leave the quotes
 */
export function setBackground(target, url) {
  const image = url ? `url("${url}")` : "";
  if (target.dataset.image === image) return;
  target.dataset.image = image;
  target.style.backgroundImage = image;
}

/**
 * @param {ParentNode} parent
 * @param {string} selector
 * @returns {HTMLElement} throws where the markup lacks it
 */
export function find(parent, selector) {
  const found = parent.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`No element for ${selector}`);
  return found;
}

/**
 * @param {EventTarget | null} target of an event
 * @param {string} selector
 * @returns {HTMLElement | null} the target or its nearest ancestor that matches
 */
export function closest(target, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}
