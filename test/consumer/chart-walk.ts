// The consumer's chart on paper: its events, the ways into its situations, and a walk that remembers what it has driven.
import { consumerMachine } from '@acktor/worker';
import { createEmptyActor, type EventFromLogic } from 'xstate';
import { Walk, type Step } from '../charts/driven.js';
import { leasedJob } from '../delivery/leased-job.js';

export type ConsumerEvent = EventFromLogic<typeof consumerMachine>;

export const first = leasedJob({ id: 'job-1', leaseToken: 'p|1' });
export const second = leasedJob({ id: 'job-2', leaseToken: 'p|2' });

const failure = { reason: 'broken', stack: undefined };

/** Every event of the chart, each in the forms that its guards tell apart. */
export const events = {
  'work is ready': { type: 'work.ready' },
  'a delivery': { type: 'delivery.received', delivery: first },
  'an empty queue': { type: 'queue.empty' },
  'a stored settlement': { type: 'settlement.stored', next: undefined },
  'a stored settlement and the next delivery': { type: 'settlement.stored', next: second },
  'a refused settlement': { type: 'settlement.refused' },
  'an interrupted settlement': { type: 'settlement.interrupted' },
  'the connection restored': { type: 'connection.restored' },
  'a lost lease': { type: 'lease.lost' },
  'a result': { type: 'handler.returned', result: '{}' },
  'a rejection': { type: 'handler.rejected', settlement: { kind: 'retry', delayMs: 5, failure } },
  'a passed deadline': { type: 'deadline.passed' },
  'a stuck handler': { type: 'handler.stuck', settlement: { kind: 'retry', delayMs: 5, failure }, sinceMs: 1_000 },
  'a cancelled job': { type: 'job.cancelled', why: 'not wanted' },
  'a stop': { type: 'stop.requested' },
  'the end of grace': { type: 'grace.ended' },
} as const satisfies Readonly<Record<string, ConsumerEvent>>;

export type EventName = keyof typeof events;

const toHandling: readonly EventName[] = ['work is ready', 'a delivery'];

/** How a consumer comes to where it is, from its birth on. */
export const situations = {
  idle: [],
  fetching: ['work is ready'],
  handling: toHandling,
  'handling, to stop after': [...toHandling, 'a stop'],
  cancelling: [...toHandling, 'a cancelled job'],
  'cancelling, to stop after': [...toHandling, 'a cancelled job', 'a stop'],
  lost: [...toHandling, 'a lost lease'],
  'lost, to stop after': [...toHandling, 'a lost lease', 'a stop'],
  acking: [...toHandling, 'a result'],
  'acking, to stop after': [...toHandling, 'a result', 'a stop'],
  'acking, while Redis is away': [...toHandling, 'a result', 'an interrupted settlement'],
  rejecting: [...toHandling, 'a rejection'],
  'rejecting, to stop after': [...toHandling, 'a rejection', 'a stop'],
  'rejecting, though the handler runs': [...toHandling, 'a cancelled job', 'a stuck handler'],
  abandoned: [...toHandling, 'a cancelled job', 'a stuck handler', 'a stored settlement'],
  'abandoned, to stop after': [...toHandling, 'a cancelled job', 'a stop', 'a stuck handler', 'a stored settlement'],
  'rejecting, while Redis is away': [...toHandling, 'a rejection', 'an interrupted settlement'],
} as const satisfies Readonly<Record<string, readonly EventName[]>>;

export type Situation = keyof typeof situations;

/** The consumer's chart, walked with a channel that only has a name. */
export class ConsumerWalk {
  readonly #walk = new Walk(consumerMachine);
  readonly #channel = Object.assign(createEmptyActor(), { id: 'channel' });

  begin(): Step {
    return this.#walk.begin({ channel: this.#channel });
  }

  /** Where the events lead from birth, and what the last of them ordered. */
  along(names: readonly EventName[]): Step {
    return names.reduce((step, name) => this.#walk.step(step, events[name]), this.begin());
  }

  coverage() {
    return this.#walk.coverage();
  }
}
