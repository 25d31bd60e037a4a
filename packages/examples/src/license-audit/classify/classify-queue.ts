// The way from a package that was scanned to the queue where its license is classified.
import type { Producer } from '@acktor/core';
import { classifyLicense, idFor } from '../jobs.js';

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
