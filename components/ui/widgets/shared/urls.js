/**
 * Make a URL of the app absolute.
 * @param {string | null | undefined} url relative to the app's root, or http(s)
 * @param {string} [origin] of the page
 * @returns {string | null} null for anything else, such as "javascript:"
 */
export function appUrl(url, origin = location.origin) {
  if (!url) return null;
  const absolute = new URL(url, origin);
  return /^https?:$/.test(absolute.protocol) ? absolute.href : null;
}
