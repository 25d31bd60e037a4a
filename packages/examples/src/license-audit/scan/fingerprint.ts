// One hash over all of a package's files.
import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

export interface Fingerprint {
  readonly files: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Reads the files in the order given: the same content under the same names has the same hash, wherever it lies. */
export async function fingerprint(folder: string, files: readonly string[], signal: AbortSignal): Promise<Fingerprint> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let sizeBytes = 0;
  for (const file of files) {
    signal.throwIfAborted();
    hash.update(`${file}\0`);
    const fileBytes = await addContent(hash, join(folder, file), chunk);
    // Closes the file's part: a byte moved from one file to the next changes the hash.
    hash.update(`\0${fileBytes}\0`);
    sizeBytes += fileBytes;
  }
  return { files: files.length, sizeBytes, sha256: hash.digest('hex') };
}

const CHUNK_BYTES = 262_144;

// Not a stream: most files are smaller than a chunk, and a stream for each took three times the processor's time.
async function addContent(hash: Hash, path: string, chunk: Buffer): Promise<number> {
  const file = await open(path);
  try {
    for (let sizeBytes = 0; ;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      hash.update(chunk.subarray(0, bytesRead));
      sizeBytes += bytesRead;
      if (bytesRead < chunk.length) return sizeBytes;
    }
  } finally {
    await file.close();
  }
}
