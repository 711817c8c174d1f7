/**
 * Make a URL of the app absolute.
 * @param {string | null | undefined} url relative to the page, or http(s)
 * @param {string} [base] the address of the page
 * @returns {string | null} null for anything else, such as "javascript:"
 */
export function appUrl(url, base = document.baseURI) {
  if (!url) return null;
  const absolute = new URL(url, base);
  return /^https?:$/.test(absolute.protocol) ? absolute.href : null;
}
