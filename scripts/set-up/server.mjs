// The last step: a Redis server's binary at hand. Which one, and where from, is the core package's business.

import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeStamp } from './stamp.mjs';
import { SetUpError, log } from './log.mjs';

/** Holds the path of the binary that was found, so that a second run need not load the core package to ask. */
const stampOf = (root) => join(root, 'node_modules', '.acktor-server-stamp');

export function hasServer(root) {
  // A server named by the user is looked at each time: it may have changed.
  if (process.env.ACKTOR_REDIS_SERVER !== undefined) return false;
  try {
    accessSync(readFileSync(stampOf(root), 'utf8'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function fetchServer(root) {
  const { ensureServerBinary } = await import(
    pathToFileURL(join(root, 'packages', 'core', 'dist', 'server-door.js')).href
  );
  try {
    const { path } = await ensureServerBinary({ onProgress: log });
    if (process.env.ACKTOR_REDIS_SERVER === undefined) writeStamp(stampOf(root), path);
  } catch (error) {
    // Not needed by programs that use another server; what does need it will say so again.
    if (process.env.REDIS_URL === undefined) throw new SetUpError(error.message, { cause: error });
    log(`no Redis server of our own, going on with REDIS_URL: ${error.message}`);
  }
}
