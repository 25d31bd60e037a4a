// How fast queues move, from two samples about a second apart.
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueDepth } from '@acktor/core';
import type { WorkerReport } from '@acktor/core/engine';

/** How fast one queue moved between two samples. */
export interface QueueRates {
  /** By how much what is not acked grew, and what was acked: never below 0. */
  readonly sentPerSecond: number;
  /** Deliveries that workers of Acktor acked, by their own counts. */
  readonly ackedPerSecond: number;
  /** Deliveries that they retried, requeued or dead-lettered. */
  readonly rejectedPerSecond: number;
  /** The span between the samples, in milliseconds. */
  readonly overMs: number;
}

/** What is sampled. */
export interface Observed {
  depths(): Promise<readonly QueueDepth[]>;
  workers(): Promise<readonly Pick<WorkerReport, 'workerId' | 'totals'>[]>;
}

/** The figures of one moment. */
export interface Sample {
  readonly atMs: number;
  readonly depths: readonly QueueDepth[];
  readonly workers: readonly Pick<WorkerReport, 'workerId' | 'totals'>[];
}

/** Takes two samples. Returns the rates by queue. */
export async function observeRates(observed: Observed): Promise<ReadonlyMap<string, QueueRates>> {
  const before = await sampleOf(observed);
  await sleep(SPAN_MS);
  return ratesBetween(before, await sampleOf(observed));
}

/** The rates of all queues in both samples. */
export function ratesBetween(before: Sample, after: Sample): ReadonlyMap<string, QueueRates> {
  const overMs = Math.max(1, after.atMs - before.atMs);
  const perSecond = (count: number) => Math.max(0, (count * 1_000) / overMs);
  const rates = after.depths.flatMap((depth) => {
    const earlier = before.depths.find(({ queue }) => queue === depth.queue);
    if (earlier === undefined) return [];
    const { acked, rejected } = endedBetween(before, after, depth.queue);
    const sent = unackedIn(depth) - unackedIn(earlier) + acked;
    const rate = {
      sentPerSecond: perSecond(sent),
      ackedPerSecond: perSecond(acked),
      rejectedPerSecond: perSecond(rejected),
    };
    return [[depth.queue, { ...rate, overMs }] as const];
  });
  return new Map(rates);
}

async function sampleOf(observed: Observed): Promise<Sample> {
  const [workers, depths] = await Promise.all([observed.workers(), observed.depths()]);
  return { atMs: Date.now(), depths, workers };
}

/** Of processes in both samples: one that came or went in between would count with all that it ever did. */
function endedBetween(before: Sample, after: Sample, queue: string) {
  let [acked, rejected] = [0, 0];
  for (const { workerId, totals } of after.workers) {
    const earlier = before.workers.find((worker) => worker.workerId === workerId);
    const [now, then] = [totals, earlier?.totals].map((list) => list?.find((total) => total.queue === queue));
    if (now === undefined || then === undefined) continue;
    acked += now.acked - then.acked;
    rejected += now.retried + now.requeued + now.deadLettered - then.retried - then.requeued - then.deadLettered;
  }
  return { acked, rejected };
}

function unackedIn({ waiting, waitingForChildren, delayed, active, deadLetters }: QueueDepth): number {
  return waiting + waitingForChildren + delayed + active + deadLetters;
}

const SPAN_MS = 1_000;
