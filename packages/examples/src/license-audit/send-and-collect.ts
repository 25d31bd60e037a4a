// Sends a job for each package, and collects what became of it.
import { DeadLetteredError, type AnyJob, type Producer, type ResultOf } from '@acktor/core';
import { classifyLicense, idFor, scanPackage } from './jobs.js';

export interface CollectOptions {
  readonly producer: Producer;
  /** The project's folder, and the packages' paths from there. */
  readonly project: string;
  readonly paths: readonly string[];
  /** How long each scan takes at least. */
  readonly paceMs: number;
  readonly signal: AbortSignal;
  /** Called each time a job has ended. */
  readonly onProgress: (state: AuditState) => void;
}

/** How far an audit has come, in jobs. `total` shrinks when a package cannot be scanned: it is not classified then. */
export interface AuditState {
  readonly ended: number;
  readonly total: number;
}

/** One package, scanned and classified. */
export interface PackageAudit {
  readonly path: string;
  readonly scanned: ResultOf<typeof scanPackage>;
  readonly classified: ResultOf<typeof classifyLicense>;
}

/** One job that ended in the dead letters, with its package and the reason. */
export interface DeadLetter {
  readonly path: string;
  readonly job: string;
  readonly reason: string;
}

/** What became of all jobs. */
export interface AuditOutcome {
  readonly packages: readonly PackageAudit[];
  readonly deadLetters: readonly DeadLetter[];
  readonly sent: number;
  readonly acked: number;
}

/** Resolves when every job has ended. @throws the signal's reason when it aborts first. */
export async function sendAndCollect(options: CollectOptions): Promise<AuditOutcome> {
  const { producer, project, paths, paceMs } = options;
  const payloads = paths.map((path) => ({ project, path, paceMs, round: 0 }));
  const bulk = await producer.sendBulk(scanPackage, payloads, {
    each: (payload) => ({ id: idFor(payload) }),
  });
  const collector = new Collector(options);
  const ends = await Promise.all(paths.map((path) => collector.collect(path)));
  const packages = ends.filter((end) => 'classified' in end);
  const deadLetters = ends.filter((end) => 'reason' in end);
  // A scan that was acked has sent one job more.
  const scans = packages.length + deadLetters.filter(({ job }) => job === classifyLicense.name).length;
  return { packages, deadLetters, sent: bulk.sent - bulk.duplicates + scans, acked: scans + packages.length };
}

class Collector {
  readonly #options: CollectOptions;
  #state: AuditState;

  constructor(options: CollectOptions) {
    this.#options = options;
    this.#state = { ended: 0, total: 2 * options.paths.length };
  }

  /** Waits for both jobs of a package. */
  async collect(path: string): Promise<PackageAudit | DeadLetter> {
    const scanned = await this.#endOf(scanPackage, path);
    if ('reason' in scanned) return this.#count(scanned, 2);
    this.#count(scanned);
    const classified = await this.#endOf(classifyLicense, path);
    return this.#count('reason' in classified ? classified : { path, scanned, classified });
  }

  /** The result of a job, which its id names: this process or a worker has sent it. */
  async #endOf<J extends AnyJob>(job: J, path: string): Promise<ResultOf<J> | DeadLetter> {
    const { producer, signal } = this.#options;
    try {
      return await producer.receipt(job, idFor({ path, round: 0 })).result({ signal });
    } catch (error) {
      if (error instanceof DeadLetteredError) return { path, job: job.name, reason: error.reason };
      throw error;
    }
  }

  /** Counts one job that has ended; `ofJobs` says how many were expected of it. */
  #count<End>(end: End, ofJobs: 1 | 2 = 1): End {
    const { ended, total } = this.#state;
    this.#state = { ended: ended + 1, total: total - (ofJobs - 1) };
    this.#options.onProgress(this.#state);
    return end;
  }
}
