/**
 * The search in a list of prompts. Touches no document.
 */

/**
 * @param {string} text
 * @returns {string} without case and accents
 */
export function normalize(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/**
 * @param {string} normalized text
 * @param {string} query
 * @returns {boolean} whether the text holds every word of the query
 */
export function matches(normalized, query) {
  return normalize(query).split(/\s+/).every((word) => normalized.includes(word));
}
