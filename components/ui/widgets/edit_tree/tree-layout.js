/**
 * Where each node of the edit tree stands. Touches no document.
 */

export const NODE_SIZE = { width: 148, height: 148 }; // CSS pixels
const GAP = { across: 56, down: 22 };

/**
 * @typedef {{x: number, y: number}} Position of a node's top left corner, CSS pixels
 * @typedef {{positions: Map<string, Position>, width: number, height: number}} TreeLayout
 */

/**
 * A node's depth is its column; it stands level with its first child, further children below.
 * A node whose parent is missing is a root.
 * @param {{id: string, parent_id: string | null}[]} nodes
 * @returns {TreeLayout}
 */
export function layoutTree(nodes) {
  /** @type {Map<string, string[]>} */
  const children = new Map(nodes.map(({ id }) => [id, []]));
  /** @type {string[]} */
  const roots = [];
  for (const { id, parent_id: parent } of nodes) (children.get(parent ?? "") ?? roots).push(id);
  /** @type {Map<string, Position>} */
  const positions = new Map();
  let rows = 0;
  let columns = 0;
  /**
   * @param {string} id
   * @param {number} column
   */
  const place = (id, column) => {
    columns = Math.max(columns, column + 1);
    const y = rows * (NODE_SIZE.height + GAP.down);
    positions.set(id, { x: column * (NODE_SIZE.width + GAP.across), y });
    const below = children.get(id) ?? [];
    for (const child of below) place(child, column + 1);
    if (!below.length) rows += 1;
  };
  for (const root of roots) place(root, 0);
  return {
    positions,
    width: columns * (NODE_SIZE.width + GAP.across) - GAP.across,
    height: rows * (NODE_SIZE.height + GAP.down) - GAP.down,
  };
}

/**
 * @param {Position} from the parent
 * @param {Position} to the child
 * @returns {string} path data of the curve between their thumbnails
 */
export function linePath(from, to) {
  const middle = (NODE_SIZE.width * 3) / 8; // of a thumbnail, which is 4 to 3
  const [x1, y1, x2, y2] = [from.x + NODE_SIZE.width, from.y + middle, to.x, to.y + middle];
  const bend = (x1 + x2) / 2;
  return `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
}
