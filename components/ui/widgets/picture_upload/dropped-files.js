/**
 * The files of a drop or a paste, those inside of folders included.
 */

/**
 * @param {DataTransfer} transfer
 * @returns {Promise<{files: File[], fromFolder: boolean}>}
 */
export async function filesOf(transfer) {
  // Both lists are empty as soon as the event is over.
  const files = [...transfer.files];
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some((entry) => entry.isDirectory)) return { files, fromFolder: false };
  /** @type {File[]} */
  const found = [];
  for (const entry of entries) await collect(entry, found);
  return { files: found, fromFolder: true };
}

/**
 * @param {FileSystemEntry} entry
 * @param {File[]} found
 */
async function collect(entry, found) {
  if (entry.name.startsWith(".")) return; // what systems put into folders
  if (!entry.isDirectory) {
    const file = await fileOf(/** @type {FileSystemFileEntry} */ (entry));
    if (file) found.push(file);
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  // A reader gives a hundred entries at a time, and at the end none.
  for (;;) {
    const entries = await nextEntries(reader);
    if (entries.length === 0) return;
    for (const child of entries) await collect(child, found);
  }
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File | null>} null for a file that cannot be read
 */
function fileOf(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}

/**
 * @param {FileSystemDirectoryReader} reader
 * @returns {Promise<FileSystemEntry[]>}
 */
function nextEntries(reader) {
  return new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
}
