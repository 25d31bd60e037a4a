// Which consumers a person should look at: those that hold a delivery for much longer than its job usually takes.
import type { LiveConsumer } from './live-consumer.js';
import type { UsualDurations } from './usual-durations.js';

const timesUsual = 3;
/** A short job's p99 says little: nobody calls two seconds stuck. */
const leastMs = 5_000;
/** While nothing is known of the job. */
const unknownMs = 60_000;

export function heldForMs(consumer: LiveConsumer, nowMs: number): number | undefined {
  const { held } = consumer.report;
  return held === undefined || consumer.worker.ended !== undefined ? undefined : Math.max(0, nowMs - held.heldSinceMs);
}

export function isStuck(consumer: LiveConsumer, usual: UsualDurations, nowMs: number): boolean {
  const { held } = consumer.report;
  const heldMs = heldForMs(consumer, nowMs);
  if (held === undefined || heldMs === undefined) return false;
  const p99Ms = usual.p99Ms(held.jobName);
  return heldMs > (p99Ms === undefined ? unknownMs : Math.max(leastMs, timesUsual * p99Ms));
}
