/**
 * Which keys may mean something to the page, whatever has the focus. Touches no document.
 */

/** @typedef {"text" | "choice" | "button" | "none"} Focus what has it, as far as keys go */
/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing">} KeyPress */

const TEXT_ROLES = new Set(["textbox", "searchbox", "combobox", "spinbutton"]);
const CHOICE_ROLES = new Set(["radio", "slider", "tab", "option", "menuitem", "menuitemcheckbox", "listbox"]);
const BUTTON_TYPES = new Set(["button", "submit", "reset", "checkbox", "file"]);
const CHOICE_TYPES = new Set(["radio", "range"]);
const BUTTON_TAGS = new Set(["button", "a", "summary"]);
/** What moves in a choice or a text, and what presses a button. */
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);
const PRESSES = new Set(["Enter", " "]);

/**
 * @param {object} target of a key
 * @param {string} target.tag in small letters
 * @param {string} target.type of an input
 * @param {string} target.role
 * @param {boolean} target.isEditable whether its content is typed in place
 * @returns {Focus}
 */
export function focusOf({ tag, type, role, isEditable }) {
  if (tag === "textarea" || tag === "select" || isEditable || TEXT_ROLES.has(role)) return "text";
  if (CHOICE_ROLES.has(role)) return "choice";
  if (tag === "input") return CHOICE_TYPES.has(type) ? "choice" : BUTTON_TYPES.has(type) ? "button" : "text";
  return BUTTON_TAGS.has(tag) || role === "button" ? "button" : "none";
}

/**
 * @param {KeyPress} event
 * @param {Focus} focus
 * @returns {boolean} whether nothing with the focus needs the key; never while somebody types
 */
export function isFree({ key, altKey, isComposing }, focus) {
  if (focus === "text" || altKey || isComposing) return false;
  if (PRESSES.has(key)) return focus === "none";
  return focus !== "choice" || !MOVES.has(key);
}

/**
 * @param {KeyPress} event
 * @returns {boolean} whether it leaves what is open
 */
export function isLeave({ key, ctrlKey, metaKey, altKey }) {
  return key === "Escape" || (key.toLowerCase() === "z" && !ctrlKey && !metaKey && !altKey);
}
