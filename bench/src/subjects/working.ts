// The orders for workers, and the memory that one takes.
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../measuring/median.js';
import type { Figures } from '../measuring/metric.js';
import { JobCounter } from './job-counter.js';
import type { RunningOrder, OrderOf } from './order.js';
import { nowMicros, type JobBody, type Peer } from './peer.js';
import { failingOnce, roads, type Road, type RoadName } from './roads.js';
import { readFile } from 'node:fs/promises';

/** Works off what waits. */
export async function work(peer: Peer, order: OrderOf<'work'>): Promise<RunningOrder> {
  const { address, queue, consumers, warmUpJobs, jobs, handlerMs, road } = order;
  const counter = new JobCounter(warmUpJobs, jobs);
  const count = () => counter.count();
  const body: JobBody = isFailing(road)
    ? failingOnce(count)
    : () => {
        count();
        return handlerMs > 0 ? pause(handlerMs) : undefined;
      };
  const worker = await peer.startWorker({ address, queue, consumers, body });
  return { done: counter.figures, close: () => worker.close() };
}

function isFailing(name: RoadName | undefined): boolean {
  return name !== undefined && ((roads[name] as Road).failsOnce ?? false);
}

/** A first worker of one consumer pays for what is loaded once; what the next adds is what its consumers cost. */
export async function idle(peer: Peer, { address, queue, consumers }: OrderOf<'idle'>): Promise<RunningOrder> {
  const body: JobBody = () => undefined;
  const first = await peer.startWorker({ address, queue: `${queue}-first`, consumers: 1, body });
  const before = liveMemoryKb();
  const worker = await peer.startWorker({ address, queue, consumers, body });
  await pause(SETTLING_MS);
  const figures = { kb_per_consumer: (liveMemoryKb() - before) / consumers };
  await first.close();
  return { done: Promise.resolve(figures), close: () => worker.close() };
}

/** Consumers make their first fetch, find nothing and park. */
const SETTLING_MS = 1_000;

export async function listen(
  peer: Peer,
  { address, queue, consumers, samples }: OrderOf<'listen'>,
): Promise<RunningOrder> {
  const startMs: number[] = [];
  let finish: (figures: Figures) => void;
  const done = new Promise<Figures>((resolve) => (finish = resolve));
  const body: JobBody = ({ sentAtMicros }) => {
    startMs.push((nowMicros() - sentAtMicros) / 1_000);
    if (startMs.length === samples + UNCOUNTED_SAMPLES) finish(latency(startMs.slice(UNCOUNTED_SAMPLES)));
  };
  const worker = await peer.startWorker({ address, queue, consumers, body });
  return { done, close: () => worker.close() };
}

/** The first jobs of a process find code that was never run. */
export const UNCOUNTED_SAMPLES = 50;

function latency(startMs: readonly number[]): Figures {
  return { start_ms_p50: percentile(startMs, 0.5), start_ms_p99: percentile(startMs, 0.99) };
}

/**
 * The most resident memory that this process ever had. From the kernel's account of this program where there is one: what
 * getrusage reports includes the parent's memory, which a child shares for a moment after the fork.
 */
export async function peakMemoryMb(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const peakKb = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
  return (peakKb === undefined ? process.resourceUsage().maxRSS : Number(peakKb)) / 1024;
}

/** What is alive on the heap and beside it, in KB, after a full garbage collection. Needs `--expose-gc`. */
export function liveMemoryKb(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
}
