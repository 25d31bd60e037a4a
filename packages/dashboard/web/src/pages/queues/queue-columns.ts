// The figures of a queue, in the order of its table.
import type { QueueLine } from '#protocol/live.js';
import { count, duration, rate } from '../../numbers/format.js';

interface QueueColumn {
  readonly name: string;
  readonly figure: (line: QueueLine, nowMs: number) => string;
}

export const queueColumns: readonly QueueColumn[] = [
  { name: 'waiting', figure: ({ waiting }) => count(waiting) },
  { name: 'oldest', figure: ({ oldestWaitingAtMs }, nowMs) => ageOf(oldestWaitingAtMs, nowMs) },
  { name: 'in /s', figure: ({ sentPerSecond }) => rate(sentPerSecond) },
  { name: 'acked /s', figure: ({ ackedPerSecond }) => rate(ackedPerSecond) },
  { name: 'rejected /s', figure: ({ rejectedPerSecond }) => rate(rejectedPerSecond) },
  { name: 'delayed', figure: ({ delayed }) => count(delayed) },
  { name: 'active', figure: ({ active }) => count(active) },
  { name: 'retried', figure: ({ totals }) => count(totals.retried) },
  { name: 'redelivered', figure: ({ totals }) => count(totals.redelivered) },
];

export function ageOf(sinceMs: number | undefined, nowMs: number): string {
  return sinceMs === undefined ? '–' : duration(Math.max(0, nowMs - sinceMs));
}
