// Reads one installed package: what it holds, what it declares, and where its license texts are; then has its license classified.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultOf, Producer } from '@acktor/core';
import { handles, reject, type Delivery, type Handler } from '@acktor/worker';
import { noteDelivery } from '../../fleet/messages.js';
import { scanPackage, classifyLicense, idFor } from '../jobs.js';
import { packageFiles } from '../packages.js';
import { declaredLicense, ManifestError, readManifest } from './manifest.js';
import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** What is to be classified. */
export interface LicensePlace {
  readonly project: string;
  readonly path: string;
  readonly round: number;
  readonly licenseFiles: string[];
}

export class ClassifyQueue {
  constructor(private readonly producer: Producer) {}

  /** May be called again for the same package: its id is the same, and nothing is added. */
  async send({ project, path, round, licenseFiles }: LicensePlace): Promise<void> {
    await this.producer.send(classifyLicense, { project, path, round, licenseFiles }, { id: idFor({ path, round }) });
  }
}

@handles(scanPackage)
export class ScanPackage implements Handler<typeof scanPackage> {
  constructor(private readonly classifyQueue: ClassifyQueue) {}

  async handle(delivery: Delivery<typeof scanPackage>) {
    noteDelivery(delivery);
    const { data, signal } = delivery;
    const startedMs = performance.now();
    try {
      const facts = await readPackage(join(data.project, data.path), signal);
      const tookMs = performance.now() - startedMs;
      await sleep(Math.max(0, data.paceMs - tookMs), undefined, { signal });
      // Before the ack: a worker that is killed in between sends it again, and nothing is sent twice.
      await this.classifyQueue.send({ ...data, licenseFiles: facts.licenseFiles });
      return { ...facts, tookMs };
    } catch (error) {
      // It would be as broken at the next attempt.
      if (error instanceof ManifestError) return reject({ deadLetter: error.message });
      throw error;
    }
  }
}

type PackageFacts = Omit<ResultOf<typeof scanPackage>, 'tookMs'>;

async function readPackage(folder: string, signal: AbortSignal): Promise<PackageFacts> {
  const manifest = await readManifest(folder);
  const files = await packageFiles(folder);
  return {
    name: manifest.name,
    version: manifest.version,
    ...(await fingerprint(folder, files, signal)),
    declared: declaredLicense(manifest),
    licenseFiles: files.filter(isLicenseFile),
  };
}

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

/** Whether a file, by its path in the package, is a license's text: LICENSE.md, COPYING, LICENSE-MIT, MIT-LICENSE.txt. */
export function isLicenseFile(path: string): boolean {
  return NAME.test(path) && !CODE.test(path);
}

const NAME = /^([\w-]+[-_.])?((un)?licen[cs]es?|copying(\.lesser)?)([-_.][^/]*)?$/i;
const CODE = /\.([cm]?[jt]sx?|json|map|css|ya?ml|sh|png|svg)$/i;
