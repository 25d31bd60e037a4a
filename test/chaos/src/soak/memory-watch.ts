// Watches the memory of a worker process that lives through everything.
import type { Violation } from '../checker/evidence.js';
import type { Figure } from '../checker/figures.js';
import { nowMs } from '../clock/now.js';
import type { MemoryReport } from '../fleet/fleet-protocol.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { missing } from '../trial/within.js';
import { lowEnvelope, slopeOf, type Slope } from './slope.js';

/** Asks the worker again and again to collect its garbage and to say what is left. */
export class MemoryWatch {
  readonly #worker: WorkerProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = nowMs();

  constructor(worker: WorkerProcess) {
    this.#worker = worker;
    this.#timer = setInterval(() => worker.tell('memory'), LOOK_EVERY_MS);
  }

  /** Looks no more, and answers how the memory grew once the first third of the time was over. */
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

const LOOK_EVERY_MS = 2_000;
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
