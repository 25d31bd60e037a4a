// Counts what a worker does, and reports what it took.
import type { Figures } from '../measuring/metric.js';
import { nowMicros } from './peer.js';

/** Counts from the start of the first job after the warm-up to the start of the last one, alike for every peer. */
export class JobCounter {
  readonly figures: Promise<Figures>;
  readonly #first: number;
  readonly #jobs: number;
  #resolve: (figures: Figures) => void = () => undefined;
  #count = 0;
  #startedAtMicros = 0;
  #cpuAtStart = process.cpuUsage();

  constructor(warmUpJobs: number, jobs: number) {
    this.#first = warmUpJobs;
    this.#jobs = jobs;
    this.figures = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Whether all were counted. */
  get isOver(): boolean {
    return this.#count === this.#first + this.#jobs;
  }

  count(): void {
    if (this.#count === this.#first) this.#begin();
    this.#count += 1;
    if (this.isOver) this.#end();
  }

  #begin(): void {
    this.#cpuAtStart = process.cpuUsage();
    this.#startedAtMicros = nowMicros();
  }

  #end(): void {
    const seconds = (nowMicros() - this.#startedAtMicros) / 1_000_000;
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    this.#resolve({ jobs_per_s: this.#jobs / seconds, cpu_us_per_job: (user + system) / this.#jobs });
  }
}
