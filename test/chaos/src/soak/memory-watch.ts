// Watches the memory of a worker process that lives through everything.
import type { Violation } from '../checker/evidence.js';
import type { Figure } from '../checker/figures.js';
import { nowMs, missing } from '../trial/time.js';
import type { MemoryReport } from '../fleet/fleet-protocol.js';
import type { WorkerProcess } from '../fleet/worker-process.js';

/** Asks the worker again and again to collect its garbage and to say what is left. */
export class MemoryWatch {
  readonly #worker: WorkerProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = nowMs();

  constructor(worker: WorkerProcess) {
    this.#worker = worker;
    this.#timer = setInterval(() => worker.order('memory'), SAMPLE_EVERY_MS);
  }

  /** Stops, and returns how the memory grew once the first third of the time was over. */
  stop(): MemoryGrowth {
    clearInterval(this.#timer);
    const endedAtMs = nowMs();
    const warmAtMs = this.#startedAtMs + (endedAtMs - this.#startedAtMs) / 3;
    const warm = this.#worker.memory.filter(({ atMs }) => atMs >= warmAtMs);
    const slope = (key: 'heapBytes' | 'residentBytes') =>
      slopeOf(
        lowEnvelope(
          warm.map((it) => sampleOf(it, key)),
          (endedAtMs - warmAtMs) / SPANS,
        ),
      );
    return new MemoryGrowth(endedAtMs - this.#startedAtMs, slope('heapBytes'), slope('residentBytes'));
  }
}

const SAMPLE_EVERY_MS = 2_000;
const SPANS = 40;

function sampleOf(report: MemoryReport, key: 'heapBytes' | 'residentBytes') {
  return { atMs: report.atMs, value: report[key] / 2 ** 20 };
}

/** In megabytes an hour. */
export class MemoryGrowth {
  readonly #forMs: number;
  readonly #heap: Slope;
  readonly #resident: Slope;

  constructor(forMs: number, heap: Slope, resident: Slope) {
    this.#forMs = forMs;
    this.#heap = heap;
    this.#resident = resident;
  }

  get figures(): readonly Figure[] {
    const figure = (name: string, value: number) => ({ name, unit: 'MB/h', samples: [value] });
    return [
      figure('heap after collection grows by', this.#heap.perHour),
      figure('resident memory grows by', this.#resident.perHour),
      figure('resident memory grows at least by', this.#resident.leastPerHour),
    ];
  }

  /** The heap is held to its estimate. Resident memory moves by more than the goal with no leak: it is held to its least. */
  get violations(): readonly Violation[] {
    if (this.#forMs >= LONG_MS)
      return [...grown('the heap', this.#heap.perHour, 1), ...grown('resident memory', this.#resident.leastPerHour, 1)];
    // What a program still learns in its first minutes looks like a hundred megabytes an hour.
    return grown('the heap', this.#heap.perHour, 300);
  }
}

const LONG_MS = 20 * 60_000;

function grown(what: string, perHour: number, most: number): readonly Violation[] {
  return perHour < most
    ? []
    : [missing(`${what} grows by ${perHour.toFixed(2)} MB an hour, expected less than ${most}`)];
}

/** One look at a figure. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** What it grows by in an hour: the estimate, and the least that it may well be (the lower end of its 95 % interval). */
export interface Slope {
  readonly perHour: number;
  readonly leastPerHour: number;
}

/**
 * The median of the slopes between all pairs of samples, which a few wild ones do not move.
 *
 * @see P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
 */
export function slopeOf(samples: readonly Sample[]): Slope {
  const slopes = samples.flatMap((one, at) => samples.slice(at + 1).map((other) => between(one, other)));
  slopes.sort((one, other) => one - other);
  const at = (rank: number) => slopes[Math.min(Math.max(Math.floor(rank), 0), slopes.length - 1)] ?? 0;
  const n = samples.length;
  const spread = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return { perHour: at(slopes.length / 2), leastPerHour: at((slopes.length - 1.96 * spread) / 2) };
}

/** The least of each span: what is left when passing use is over. */
export function lowEnvelope(samples: readonly Sample[], spanMs: number): readonly Sample[] {
  const lowest = new Map<number, Sample>();
  for (const sample of samples) {
    const span = Math.floor(sample.atMs / spanMs);
    const known = lowest.get(span);
    if (known === undefined || sample.value < known.value) lowest.set(span, sample);
  }
  return [...lowest.values()];
}

function between(one: Sample, other: Sample): number {
  return ((other.value - one.value) / (other.atMs - one.atMs)) * HOUR_MS;
}

const HOUR_MS = 3_600_000;
