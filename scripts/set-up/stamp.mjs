// A stamp remembers what a step was last done for, as one short hash, so that a second run knows at once.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const skipped = new Set(['node_modules', 'dist', '.acktor', '.cache', 'coverage']);

/** Whether the step was last done for exactly this. */
export function isStamped(file, hash) {
  try {
    return readFileSync(file, 'utf8') === hash;
  } catch {
    return false;
  }
}

export function writeStamp(file, hash) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hash);
}

/** The hash of a file's content, or of nothing when there is none. */
export function hashOfFile(file) {
  try {
    return hashOf([readFileSync(file)]);
  } catch {
    return hashOf([]);
  }
}

/**
 * The hash of the names, sizes and times of the files at and below `paths` whose names match: reading their content would
 * take longer than the compiler. A file added, changed or removed changes it.
 */
export function hashOfTree(root, paths, pattern) {
  const files = paths.flatMap((path) => filesBelow(root, path)).filter((file) => pattern.test(file));
  return hashOf(files.sort().map((file) => `${file} ${fingerprintOf(join(root, file))}\n`));
}

function fingerprintOf(file) {
  // Gone since it was listed: an editor's save is a removal and a renaming.
  const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
  return `${size} ${mtimeMs}`;
}

function filesBelow(root, path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  const names = readdirSync(join(root, path)).filter((name) => !skipped.has(name));
  return names.flatMap((name) => filesBelow(root, join(path, name)));
}

function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
