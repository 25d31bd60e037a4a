// How many consumers a queue needs, for whoever scales the workers.

/** What is known of a queue and of how long its jobs take. */
export interface Demand {
  /** Jobs that could be fetched right now. */
  readonly waiting: number;
  /** Deliveries under way in the whole fleet. */
  readonly active: number;
  /** How long a handler takes, on average. */
  readonly handlingMs: number;
  /** Within what time a backlog is to be worked off, above 0. */
  readonly backlogMs: number;
}

/**
 * The consumers that keep up with what arrives, with a fifth to spare, and work off what waits in time. At least 0; a queue with
 * nothing to do wants none.
 *
 * By Little's law the deliveries under way, on average, are the arrivals a second times the seconds that each takes: as long as
 * nothing waits, `active` is what the arrivals need. What waits needs `waiting × handlingMs` of consumer time, to be had in
 * `backlogMs`. While consumers are too few both grow, so that the wish stays ahead of what there is.
 */
export function desiredConsumers({ waiting, active, handlingMs, backlogMs }: Demand): number {
  return Math.ceil(active / MOST_BUSY + (waiting * handlingMs) / backlogMs);
}

/** Consumers that are busier than this make jobs wait for no other reason than chance. */
const MOST_BUSY = 0.8;
