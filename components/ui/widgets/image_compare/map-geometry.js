/**
 * Points, lines and outlines of a change map. Pure arithmetic.
 */

/** @import { Point, Size } from "../shared/zoom-math.js" */
/** @import { SourcePoint } from "./map-settings.js" */
/** @import { Box } from "./parse-props.js" */

const MAX_POINTS = 2000;
const SAME_SHAPE = 0.04;

/**
 * @param {Size} frame
 * @param {Size} map
 * @returns {Box} where a map lies in the viewer's frame: all of it if they have the same shape
 */
export function mapBox(frame, map) {
  const ratio = map.width / map.height / (frame.width / frame.height);
  if (Math.abs(ratio - 1) <= SAME_SHAPE) return { left: 0, top: 0, width: 1, height: 1 };
  const width = Math.min(1, ratio);
  const height = Math.min(1, 1 / ratio);
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

/**
 * @param {Box} area the part of the source that the map shows, as shares of it
 * @returns {Box} where the whole source lies, as shares of the map
 */
export function sourceBox(area) {
  return {
    left: -area.left / area.width,
    top: -area.top / area.height,
    width: 1 / area.width,
    height: 1 / area.height,
  };
}

/**
 * @param {Point} point in the map's pixels
 * @param {Size} map
 * @param {Box} area
 * @returns {SourcePoint} to four digits, half a pixel of a large photo
 */
export function toSource(point, map, area) {
  /** @param {number} share */
  const rounded = (share) => Number(Math.min(1.5, Math.max(-0.5, share)).toFixed(4));
  return [
    rounded(area.left + (point.x / map.width) * area.width),
    rounded(area.top + (point.y / map.height) * area.height),
  ];
}

/**
 * @param {number} radius share of the source's long side
 * @param {Size} map
 * @param {Box} area
 * @param {Size} source
 * @returns {number} in the map's pixels
 */
export function radiusOnMap(radius, map, area, source) {
  return (radius * Math.max(source.width, source.height) * map.width) / (area.width * source.width);
}

/**
 * A line with the fewest points that stays within a distance of the drawn one.
 * @param {readonly Point[]} points
 * @param {number} tolerance
 * @param {number} [most] points; the tolerance grows until they suffice
 * @returns {Point[]}
 */
export function thinLine(points, tolerance, most = MAX_POINTS) {
  let kept = simplify(points, tolerance);
  for (let wider = tolerance * 2; kept.length > Math.max(2, most); wider *= 2) {
    kept = simplify(kept, wider);
  }
  return kept;
}

/**
 * Ramer, Douglas and Peucker's way, without recursion.
 * @param {readonly Point[]} points
 * @param {number} tolerance
 */
function simplify(points, tolerance) {
  const isKept = new Uint8Array(points.length);
  isKept[0] = isKept[points.length - 1] = 1;
  /** @type {[number, number][]} */
  const parts = [[0, points.length - 1]];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const [first, last] = part;
    let farthest = 0;
    let distance = tolerance;
    for (let index = first + 1; index < last; index += 1) {
      const away = distanceToLine(at(points, index), at(points, first), at(points, last));
      if (away > distance) [farthest, distance] = [index, away];
    }
    if (!farthest) continue;
    isKept[farthest] = 1;
    parts.push([first, farthest], [farthest, last]);
  }
  return points.filter((_, index) => isKept[index]);
}

/**
 * @param {readonly Point[]} points
 * @param {number} index
 * @returns {Point}
 */
function at(points, index) {
  return points[index] ?? { x: 0, y: 0 };
}

/**
 * @param {Point} point
 * @param {Point} start
 * @param {Point} end
 */
function distanceToLine(point, start, end) {
  const x = end.x - start.x;
  const y = end.y - start.y;
  const length = x * x + y * y;
  const along = length && ((point.x - start.x) * x + (point.y - start.y) * y) / length;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - start.x - share * x, point.y - start.y - share * y);
}

/**
 * The closed lines around all that is above a level, by marching squares.
 * @param {Uint8Array | Uint8ClampedArray} values row by row, 0 to 255
 * @param {number} width
 * @param {number} height
 * @param {number} [level]
 * @returns {Point[][]} pixel centres lie at halves
 */
export function traceOutline(values, width, height, level = 127.5) {
  /** @param {number} x @param {number} y */
  const value = (x, y) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (values[y * width + x] ?? 0);
  const columns = width + 2;
  /** An edge of the grid, by its left or upper end. @param {number} x @param {number} y @param {0 | 1} down */
  const edge = (x, y, down) => ((y + 1) * columns + x + 1) * 2 + down;
  const next = nextEdges(value, edge, width, height, level);

  /** @param {number} key @returns {Point} where the level crosses this edge */
  const crossing = (key) => {
    const down = key & 1;
    const cell = key >> 1;
    const x = (cell % columns) - 1;
    const y = Math.floor(cell / columns) - 1;
    const start = value(x, y);
    const share = (level - start) / (value(x + 1 - down, y + down) - start);
    return { x: x + 0.5 + (down ? 0 : share), y: y + 0.5 + (down ? share : 0) };
  };
  const lines = [];
  for (const first of next.keys()) {
    const line = [];
    for (let key = first, after = next.get(key); after !== undefined; after = next.get(key)) {
      line.push(crossing(key));
      next.delete(key);
      key = after;
    }
    lines.push(line);
  }
  return lines;
}

/**
 * For each edge that an outline crosses, the one that it crosses next.
 * @param {(x: number, y: number) => number} value
 * @param {(x: number, y: number, down: 0 | 1) => number} edge
 * @param {number} width
 * @param {number} height
 * @param {number} level
 */
function nextEdges(value, edge, width, height, level) {
  /** @type {Map<number, number>} */
  const next = new Map();
  for (let y = -1; y < height; y += 1) {
    for (let x = -1; x < width; x += 1) {
      const corners = [value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)];
      const inside = corners.map((corner) => corner > level);
      if (inside.every((is) => is === inside[0])) continue;
      const edges = [edge(x, y, 0), edge(x + 1, y, 1), edge(x, y + 1, 0), edge(x, y, 1)];
      // Clockwise, an outline goes from where the inside ends to where it begins again.
      for (let side = 0; side < 4; side += 1) {
        if (!inside[side] || inside[(side + 1) % 4]) continue;
        let other = (side + 1) % 4;
        while (inside[other] || !inside[(other + 1) % 4]) other = (other + 1) % 4;
        next.set(Number(edges[side]), Number(edges[other]));
      }
    }
  }
  return next;
}

/**
 * @param {Point[][]} lines closed
 * @param {number} factor
 * @returns {string} the path of an SVG
 */
export function outlinePath(lines, factor) {
  /** @param {number} length */
  const text = (length) => String(Math.round(length * factor * 10) / 10);
  return lines
    .map((line) => `M${line.map(({ x, y }) => `${text(x)} ${text(y)}`).join("L")}Z`)
    .join("");
}
