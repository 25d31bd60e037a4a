// What a worker reports to listeners in its own process: plain data, no payload, no result, and out of the way of its deliveries.
import { OptionsError, type Meta } from '@acktor/core';
import type { ChannelRequest, LeasedJob, SettleOutcome, Settling, EngineClock } from '@acktor/core/engine';
import { describe, NO_META, type GuardedLog } from '@acktor/core/internal';
import { OUTCOME_OF, type DeliveryTable } from '../channel/delivery-table.js';
import type { ConsumerRef, StuckHandler } from '../consumer/consumer-protocol.js';

/** What happens in a worker, by name. */
export interface WorkerEventMap {
  /** A consumer holds a delivery; its handler is about to run. */
  readonly 'delivery.started': DeliveryStarted;
  /** A delivery is over, and the server has stored how; or it is over for this worker, which no longer decides what becomes of the job. */
  readonly 'delivery.ended': DeliveryEnded;
  /** The lease of what a consumer held has expired, or another worker has it: what its handler did does not count. */
  readonly 'lease.lost': DeliveryFacts;
  /** A handler should have let go and has not; its delivery ends without it. */
  readonly 'handler.stuck': HandlerStuck;
  /** The connection to the server broke, or is whole again. */
  readonly connection: ConnectionChange;
  /** The worker is in another state of its chart. */
  readonly 'worker.state': WorkerStateChange;
}

export type WorkerEventName = keyof WorkerEventMap;

/** Called with each event of its name, after the fact. What it throws, or rejects with, is logged and changes nothing. */
export type WorkerListener<Name extends WorkerEventName> = (event: WorkerEventMap[Name]) => unknown;

/** Which delivery an event is about. */
export interface DeliveryFacts {
  readonly workerId: string;
  /** Undefined where no consumer holds the delivery: for a job that cannot be read, or what a failed consumer left behind. */
  readonly consumer: string | undefined;
  readonly queue: string;
  readonly jobName: string;
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Grows with every delivery of the job. */
  readonly fence: number;
  /** The headers of the job. */
  readonly meta: Meta;
  /** When it happened, in milliseconds since the epoch, by this machine's clock. */
  readonly atMs: number;
}

export interface DeliveryStarted extends DeliveryFacts {
  /** Whether an earlier delivery of the job lost its lease. */
  readonly isRedelivered: boolean;
}

export interface DeliveryEnded extends DeliveryFacts {
  readonly outcome: DeliveryOutcome;
  /** From its start until the server had stored its end; undefined where no consumer held it. */
  readonly durationMs: number | undefined;
  /** Why it was no ack; undefined where there is no reason. */
  readonly reason: string | undefined;
}

/** `lost`: the worker no longer had the lease. `gone`: the job had been removed meanwhile. */
export type DeliveryOutcome = 'acked' | 'retried' | 'requeued' | 'deadLettered' | 'lost' | 'gone';

export interface HandlerStuck extends DeliveryFacts {
  /** How long ago its signal aborted. */
  readonly forMs: number;
}

export interface ConnectionChange {
  readonly workerId: string;
  readonly state: 'away' | 'back';
  /** In a cluster, the queue whose server it is; undefined: it is all of them. */
  readonly queue: string | undefined;
  readonly atMs: number;
}

export interface WorkerStateChange {
  readonly workerId: string;
  readonly state: 'running' | 'draining' | 'requeueing' | 'closing' | 'stopped';
  readonly atMs: number;
}

/**
 * The listeners of one worker.
 *
 * Ask {@link WorkerEvents.hasListener} before you build an event. Listeners are called when the turn of the event loop is over: after the
 * calls that the deliveries of this turn wait for are on their way.
 */
export class WorkerEvents {
  readonly #log: GuardedLog;
  readonly #listeners = new Map<WorkerEventName, Set<AnyListener>>();
  #pending: Pending[] = [];

  constructor(log: GuardedLog) {
    this.#log = log;
  }

  hasListener(name: WorkerEventName): boolean {
    return this.#listeners.has(name);
  }

  /** Returns an unsubscribe function, which may be called twice. @throws OptionsError for an unknown name, or for no function. */
  on<Name extends WorkerEventName>(name: Name, listener: WorkerListener<Name>): () => void {
    requireListener(name, listener);
    // The same function may be added twice, and each is removed by its own.
    const added: AnyListener = (event) => listener(event as WorkerEventMap[Name]);
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(added));
    return () => {
      const left = this.#listeners.get(name);
      if (left?.delete(added) && left.size === 0) this.#listeners.delete(name);
    };
  }

  /** Has the listeners called soon. One call of the server bounds how many events a turn emits. */
  emit<Name extends WorkerEventName>(name: Name, event: WorkerEventMap[Name]): void {
    if (!this.#listeners.has(name)) return;
    if (this.#pending.push({ name, event }) === 1) setImmediate(() => this.flush());
  }

  /** Calls the listeners with what was emitted so far. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { name, event } of pending) {
      // A listener may subscribe and unsubscribe.
      const listeners = [...(this.#listeners.get(name) ?? [])];
      for (const listener of listeners) this.#call(name, listener, event);
    }
  }

  #call(name: WorkerEventName, listener: AnyListener, event: AnyEvent): void {
    const fail = (error: unknown) => this.#log.error({ err: error, event: name }, 'a listener of the worker failed');
    try {
      const answer = listener(event);
      if (answer instanceof Promise) answer.catch(fail);
    } catch (error) {
      fail(error);
    }
  }
}

type AnyEvent = WorkerEventMap[WorkerEventName];
type AnyListener = (event: AnyEvent) => unknown;

interface Pending {
  readonly name: WorkerEventName;
  readonly event: AnyEvent;
}

const NAMES: Readonly<Record<WorkerEventName, true>> = {
  'delivery.started': true,
  'delivery.ended': true,
  'lease.lost': true,
  'handler.stuck': true,
  connection: true,
  'worker.state': true,
};

function requireListener(name: unknown, listener: unknown): void {
  if (typeof name !== 'string' || !Object.hasOwn(NAMES, name)) {
    const names = Object.keys(NAMES).join(', ');
    throw new OptionsError([{ option: 'event', message: `expected one of ${names}, got ${describe(name)}` }]);
  }
  if (typeof listener === 'function') return;
  throw new OptionsError([{ option: 'listener', message: `expected a function, got ${typeof listener}` }]);
}

/** What a channel's events are made of. */
export interface DeliveryEventsDeps {
  /** The id of the worker. */
  readonly process: string;
  readonly events: WorkerEvents;
  readonly held: Pick<DeliveryTable, 'heldSinceMs'>;
  readonly clock: Pick<EngineClock, 'now'>;
}

/** Whether a job may have to report how a delivery ends: that of a flow's step, or a death. Nearly none does, and what makes the jobs is not asked. */
export function mayReport({ settle }: Pick<ChannelRequest, 'settle'>): boolean {
  return settle !== undefined && (settle.settlement.kind === 'deadLetter' || settle.job.record.flow !== undefined);
}

/** The events of a channel's deliveries. Each costs one check while it has no listener. */
export class DeliveryEvents {
  readonly #deps: DeliveryEventsDeps;

  constructor(deps: DeliveryEventsDeps) {
    this.#deps = deps;
  }

  started(consumer: ConsumerRef, job: LeasedJob): void {
    const { events } = this.#deps;
    if (!events.hasListener('delivery.started')) return;
    events.emit('delivery.started', { ...this.#facts(job, consumer), isRedelivered: job.record.leasesLost > 0 });
  }

  /** The server has answered a settlement. To be called while the consumer still holds the job. */
  settled(settle: Settling | undefined, outcome: SettleOutcome | undefined, consumer: ConsumerRef | undefined): void {
    if (settle === undefined || outcome === undefined) return;
    const { job, settlement } = settle;
    if (outcome === 'lost') this.#leaseLost(job, consumer);
    this.#ended(job, consumer, {
      outcome: outcome === 'stored' ? OUTCOME_OF[settlement.kind] : outcome,
      reason: 'failure' in settlement ? settlement.failure.reason : reasonOf(settlement),
    });
  }

  /** The worker no longer has the lease of what the consumer held. To be called while it still counts as held. */
  lost(job: LeasedJob | undefined, consumer: ConsumerRef): void {
    if (job === undefined) return;
    this.#leaseLost(job, consumer);
    this.#ended(job, consumer, { outcome: 'lost', reason: undefined });
  }

  stuck(consumer: ConsumerRef, { job, sinceMs }: StuckHandler): void {
    const { events } = this.#deps;
    if (!events.hasListener('handler.stuck')) return;
    const facts = this.#facts(job, consumer);
    events.emit('handler.stuck', { ...facts, forMs: facts.atMs - sinceMs });
  }

  #leaseLost(job: LeasedJob, consumer: ConsumerRef | undefined): void {
    const { events } = this.#deps;
    if (events.hasListener('lease.lost')) events.emit('lease.lost', this.#facts(job, consumer));
  }

  #ended(job: LeasedJob, consumer: ConsumerRef | undefined, end: End): void {
    const { events, held } = this.#deps;
    if (!events.hasListener('delivery.ended')) return;
    const facts = this.#facts(job, consumer);
    const sinceMs = consumer && held.heldSinceMs(consumer);
    const durationMs = sinceMs === undefined ? undefined : Math.max(0, facts.atMs - sinceMs);
    events.emit('delivery.ended', { ...facts, ...end, durationMs });
  }

  #facts({ record }: LeasedJob, consumer: ConsumerRef | undefined): DeliveryFacts {
    const { process: workerId, clock } = this.#deps;
    const { queue, name: jobName, id, attemptsMade, deliveries: fence, meta = NO_META } = record;
    return {
      workerId,
      consumer: consumer?.id,
      queue,
      jobName,
      id,
      attempt: attemptsMade + 1,
      fence,
      meta,
      atMs: clock.now(),
    };
  }
}

type End = Pick<DeliveryEnded, 'outcome' | 'reason'>;

function reasonOf(settlement: { readonly reason?: string } | object): string | undefined {
  return 'reason' in settlement ? settlement.reason : undefined;
}
