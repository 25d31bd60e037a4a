// Several processes that work off the same jobs at once.
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './bench-case.js';
import { fillQueue } from './filling.js';
import type { Tally } from '../subjects/order.js';
import type { SubjectProcess } from '../subjects/subject-process.js';
import type { SubjectName } from '../subjects/subjects.js';

export interface CrowdOptions {
  /** One for each process; the same again where processes share it. */
  readonly queues: readonly string[];
  /** Of each process. */
  readonly consumers: number;
  /** Spread evenly over the queues. */
  readonly jobs: number;
  /** Whether jobs take 1 to 19 ms, rather than no time. */
  readonly isMixed: boolean;
}

export class Crowd {
  readonly #subject: SubjectName;
  readonly #bench: Bench;
  readonly #request: CrowdOptions;
  readonly #workers: readonly SubjectProcess[];

  private constructor(subject: SubjectName, bench: Bench, request: CrowdOptions) {
    const { queues, consumers, isMixed } = request;
    this.#subject = subject;
    this.#bench = bench;
    this.#request = request;
    this.#workers = queues.map((queue) => bench.start(subject, { kind: 'share', queue, consumers, isMixed }));
  }

  /** Resolves when the jobs wait already, and all processes wait for the command to begin. */
  static async gather(subject: SubjectName, bench: Bench, request: CrowdOptions): Promise<Crowd> {
    const queues = distinct(request);
    for (const queue of queues) await fillQueue(subject, bench, { jobs: request.jobs / queues.length, queue });
    await bench.server.settle();
    const crowd = new Crowd(subject, bench, request);
    await Promise.all(crowd.#workers.map((worker) => worker.ready()));
    return crowd;
  }

  begin(): void {
    for (const worker of this.#workers) worker.go();
  }

  /** Resolves when no job is left. */
  async finished(): Promise<void> {
    const queues = distinct(this.#request);
    while ((await this.#bench.server.unfinished(queues)) > 0) await pause(POLL_MS);
  }

  /** Ends all processes; resolves with what each got. @throws Error when that is not every job, once. */
  async leave(): Promise<readonly Tally[]> {
    const left = await Promise.all(this.#workers.map((worker) => worker.leave()));
    const tallies = left.flatMap(({ tally }) => tally ?? []);
    const handled = tallies.reduce((sum, tally) => sum + tally.jobs, 0);
    if (handled === this.#request.jobs) return tallies;
    throw new Error(`expected ${this.#subject} to handle ${this.#request.jobs} jobs, and it has handled ${handled}`);
  }
}

/** Jobs in a second, from the first that any of them began to the last. */
export function jobsPerSecond(tallies: readonly Tally[]): number {
  const worked = tallies.filter(({ jobs }) => jobs > 0);
  const jobs = worked.reduce((sum, tally) => sum + tally.jobs, 0);
  const firstAtMicros = Math.min(...worked.map((tally) => tally.firstAtMicros));
  const lastAtMicros = Math.max(...worked.map((tally) => tally.lastAtMicros));
  return ((jobs - 1) * 1_000_000) / (lastAtMicros - firstAtMicros);
}

function distinct({ queues }: CrowdOptions): readonly string[] {
  return [...new Set(queues)];
}

/** Rare enough to cost the server nothing that shows. */
const POLL_MS = 50;
