/**
 * What a browser remembers of this studio, where it allows that.
 */

/**
 * @param {string} key
 * @returns {string | null} null where the browser forbids storage
 */
export function load(key) {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/**
 * Save a value, or do without where the browser forbids storage.
 * @param {string} key
 * @param {string} value
 */
export function save(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
