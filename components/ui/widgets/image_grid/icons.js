/**
 * The grid's icons, as strokes in a 24 by 24 view box.
 */

/** Path data by name; a name is a verb or a state. */
const ICON_PATHS = new Map(Object.entries({
  edit: ["M5 19l1-4.2L15.8 5a2 2 0 0 1 2.8 0l.4.4a2 2 0 0 1 0 2.8L9.2 18z", "M14 7l3 3"],
  change: ["M12 4l1.700 4.800 4.800 1.700-4.800 1.700L12 17l-1.700-4.800L5.500 10.500l4.800-1.700z", "M18.500 15.500v4", "M16.500 17.500h4"],
  send: ["M12 19V5.500", "M6.500 11L12 5.500l5.500 5.500"],
  remix: ["M4 8h3c5 0 5 8 10 8h3", "M4 16h3c1.6 0 2.7-.8 3.5-2", "M13.5 10c.8-1.2 1.9-2 3.5-2h3", "M18 5.5L20.5 8 18 10.5", "M18 13.5l2.5 2.5-2.5 2.5"],
  download: ["M12 4.5v10", "M7.5 10.5L12 15l4.5-4.5", "M5 19.5h14"],
  compare: ["M12 3.5v17", "M9 6H5.5A1.5 1.5 0 0 0 4 7.5v9A1.5 1.5 0 0 0 5.5 18H9", "M15 6h3.5A1.5 1.5 0 0 1 20 7.5v9a1.5 1.5 0 0 1-1.5 1.5H15"],
  star: ["M12 4.2l2.4 4.9 5.4.8-3.9 3.8.9 5.4-4.8-2.6-4.8 2.6.9-5.4-3.9-3.8 5.4-.8z"],
  delete: ["M5 7h14", "M9.5 7V5.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1V7", "M7 7l.8 11a1.6 1.6 0 0 0 1.6 1.5h5.2a1.6 1.6 0 0 0 1.6-1.5L17 7", "M10.3 10.5v5.5", "M13.7 10.5v5.5"],
  retry: ["M19.5 12a7.5 7.5 0 1 1-2.3-5.4", "M19.5 4v4h-4"],
  look: ["M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6z", "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  dismiss: ["M6.5 6.5l11 11", "M17.5 6.5l-11 11"],
  copy: ["M9 9h9.5v10.5H9z", "M15 9V4.5H5.5V15H9"],
  link: ["M10 14l4-4", "M9 9.5L6.6 12a3.8 3.8 0 0 0 5.4 5.4l2.4-2.4", "M15 14.5l2.4-2.5A3.8 3.8 0 0 0 12 6.600l-2.4 2.4"],
  collect: ["M4.500 7.500V6a1.500 1.500 0 0 1 1.500-1.500h3.500l2 2.500H18a1.500 1.500 0 0 1 1.500 1.500V18a1.500 1.500 0 0 1-1.500 1.500H6A1.500 1.500 0 0 1 4.500 18z", "M12 10.500v5.500", "M9.250 13.250h5.500"],
  info: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 11v5", "M12 8v.1"],
  lineage: ["M7 5.500v13", "M7 9c0 4 10 1.5 10 6v3.5", "M5 5.500h4", "M5 18.500h4", "M15 18.500h4"],
  restore: ["M4.5 12a7.5 7.5 0 1 0 2.3-5.4", "M4.5 4v4h4"],
  refused: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M6.5 6.500l11 11"],
  failed: ["M12 4.500l8.5 14.500h-17z", "M12 10v4", "M12 16.500v.1"],
  unconfirmed: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M9.7 9.700a2.3 2.3 0 1 1 3.4 2c-.8.4-1.1.9-1.1 1.8", "M12 16.300v.1"],
  still_running: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 7.500V12l3 2"],
  missing: ["M5 5h14v9l-3-2.5-3 3-4-4-4 3.500z", "M5 18v1h3", "M11 19h2", "M16 19h3v-1.5"],
  picture: ["M4.5 5.500h15v13h-15z", "M4.5 15.500l4.5-4 4 3.5 2.5-2 4 3.5", "M15.5 9v.1"],
  more: ["M6 12h.1", "M12 12h.1", "M18 12h.1"],
  check: ["M6 12.5l4 4 8-9"],
  clock: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 8v4.300l2.600 1.700"],
  front: ["M8 8h11v11H8z", "M5 16V5h11"],
  previous: ["M14.5 5.500L8 12l6.5 6.5"],
  next: ["M9.5 5.500L16 12l-6.5 6.5"],
}));

/**
 * Draw an icon in the colour of the text around it.
 * @param {string} name an unknown one takes the icon "info"
 * @returns {SVGSVGElement} hidden from assistive technology: its button has the text
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "kx-grid-icon");
  svg.setAttribute("aria-hidden", "true");
  for (const data of ICON_PATHS.get(name) ?? ICON_PATHS.get("info") ?? []) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}
