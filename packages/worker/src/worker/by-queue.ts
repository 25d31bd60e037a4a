// Options that may differ by queue: how many consumers it has, and what becomes of its jobs that no handler is for.
import type { UnknownPolicy } from '../delivery/for-others.js';

/** How many consumers: the same for each queue, or by queue; a queue that is not named gets one. */
export type ConsumerCounts = number | Readonly<Record<string, number>>;

/** What becomes of jobs that no handler is for: in all queues, or by queue; a queue that is not named has 'deadLetter'. */
export type UnknownPolicies = UnknownPolicy | Readonly<Record<string, UnknownPolicy>>;

/** How many consumers a queue gets. */
export function consumersOf(counts: ConsumerCounts, queue: string): number {
  return typeof counts === 'number' ? counts : ofQueue(counts, queue, 1);
}

/** What becomes of the jobs of a queue that no handler is for. */
export function unknownPolicyOf(policies: UnknownPolicies, queue: string): UnknownPolicy {
  return typeof policies === 'string' ? policies : ofQueue(policies, queue, 'deadLetter');
}

/** A queue may have the name of something that every object inherits. */
function ofQueue<T>(values: Readonly<Record<string, T>>, queue: string, otherwise: T): T {
  return Object.hasOwn(values, queue) ? (values[queue] ?? otherwise) : otherwise;
}

/** The queues that are named. */
export function queuesNamedIn(byQueue: ConsumerCounts | UnknownPolicies): readonly string[] {
  return typeof byQueue === 'object' ? Object.keys(byQueue) : [];
}

export function isConsumerCounts(value: unknown): value is ConsumerCounts {
  return isCount(value) || isRecordOf(value, isCount);
}

export function isUnknownPolicies(value: unknown): value is UnknownPolicies {
  return isUnknownPolicy(value) || isRecordOf(value, isUnknownPolicy);
}

function isRecordOf(value: unknown, isOne: (value: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isOne);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 10_000;
}

function isUnknownPolicy(value: unknown): boolean {
  return value === 'deadLetter' || value === 'leave' || value === 'ack';
}
