/**
 * Make an address of the app absolute.
 * @param {string | undefined} address relative to the app's root, or http(s)
 * @returns {string | null} null for what is neither, such as "javascript:"
 */
export function appUrl(address) {
  if (!address) return null;
  const url = new URL(address, location.origin);
  return /^https?:$/.test(url.protocol) ? url.href : null;
}
