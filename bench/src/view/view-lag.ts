// How far a view is behind: from what it showed when, and when that was so.

/** What a view showed at a moment of the monotonic clock. */
export interface Sight {
  readonly atMicros: number;
  readonly count: number;
}

/**
 * How long ago, in ms, each count that was shown had been reached; 0 for one that is reached only now.
 *
 * @param reachedAtMicros - when the first thing counted happened, the second, and so on.
 */
export function viewLagsMs(sights: readonly Sight[], reachedAtMicros: readonly number[]): readonly number[] {
  return sights.map(({ atMicros, count }) => Math.max(0, atMicros - (reachedAtMicros[count - 1] ?? atMicros)) / 1_000);
}

/**
 * When each ack of a process came, as far as that shows: a busy consumer begins its next job with the answer to its ack, and holds
 * one at a time. So the acks are as many as the begins, less one for each consumer, while jobs wait for all of them.
 */
export function acksAtMicros(beginsAtMicros: readonly number[], consumers: number): readonly number[] {
  return beginsAtMicros.slice(consumers);
}
