// Reads one installed package: what it holds, what it declares, and where its license texts are.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultOf } from '@acktor/core';
import { handles, reject, type Delivery, type Handler } from '@acktor/worker';
import { ClassifyQueue } from '../classify/classify-queue.js';
import { noteDelivery } from '../fleet/messages.js';
import { scanPackage } from '../jobs.js';
import { packageFiles } from '../packages/package-files.js';
import { declaredLicense } from './declared-license.js';
import { fingerprint } from './fingerprint.js';
import { isLicenseFile } from './license-files.js';
import { ManifestError, readManifest } from './manifest.js';

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
