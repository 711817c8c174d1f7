/**
 * The styles of the components, put on once. A component waits for them: what it draws without
 * would jump when they come, and be measured wrongly until then.
 */

/** @type {Map<string, Promise<void>>} */
const worn = new Map();

/**
 * @param {string} url of a style sheet
 * @returns {Promise<void>} done when it is there, or cannot be had
 */
export function wear(url) {
  if (!worn.has(url)) {
    worn.set(url, new Promise((done) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: url });
      link.addEventListener("load", () => done());
      link.addEventListener("error", () => done());
      document.head.append(link);
    }));
  }
  return worn.get(url);
}
