// An engine in memory: everything that the port promises, in this process, with a clock that a test moves.
import type { AnyJob, Meta } from '@acktor/core';
import {
  brokerOptionTable,
  fleetOn,
  retentionOf,
  type BrokerOpening,
  type ConnectedBroker,
  type ConnectedFleet,
  type Engine,
  type EngineClock,
  type FleetOpening,
  type OutgoingJob,
  type QueuedSend,
  type Liveness,
  type LivenessOpening,
  type Settlement,
} from '@acktor/core/engine';
import { NotWaitingError, RealClockError } from '../errors.js';
import { machineClock, VirtualClock } from './clock.js';
import { lease, settle } from './deliveries.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryFleetHub } from './memory-fleet-hub.js';
import { MemoryLiveness } from './memory-liveness.js';
import { MemoryStore } from './memory-store.js';
import { advanceOptions, drainOptions, memoryEngineOptions, msOf, type Duration } from './passing-options.js';
import { advanceTo, Changes, drained } from './passing-time.js';

/** What {@link memoryEngine} takes. */
export interface MemoryEngineOptions {
  /**
   * Whose time it is. `virtual`, the default, stands still until {@link MemoryEngine.advance}; `machine` passes by itself, so that delays take
   * as long as they say.
   */
  readonly clock?: 'virtual' | 'machine';
  /** When a virtual clock begins; now by default. */
  readonly startsAt?: Date;
}

/** A job that was accepted, as it was sent. */
export interface SentJob {
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  /** The payload, read from its JSON. */
  readonly data: unknown;
  readonly delayMs: number;
  readonly priority: number;
  /** The headers; undefined for none. */
  readonly meta?: Meta | undefined;
}

/** Returns a job as a test sees it. */
export function sentJob({ queue, job }: QueuedSend): SentJob {
  const { id, name, payload, delayMs, priority, meta } = job;
  return { queue, id, name, data: JSON.parse(payload), delayMs, priority, ...(meta && { meta }) };
}

/**
 * Makes an engine that keeps its queues in this process: give it as `engine` to `Producer.connect`, `Worker.start`, `Operator.connect` and
 * `connectFleet`. Needs no Redis, and leaves nothing behind. Two engines know nothing of each other.
 *
 * @throws OptionsError.
 * @example
 * const engine = memoryEngine();
 * await using worker = await Worker.start({ engine, handlers: [ChargeCard] });
 * await using producer = await Producer.connect({ engine });
 * await producer.send(chargeCard, { orderId: 'o-1', cents: 990 }, { delayMs: 3_600_000 });
 * await engine.advance({ hours: 1 });
 */
export function memoryEngine(options: MemoryEngineOptions = {}): MemoryEngine {
  const { clock, startsAt = new Date() } = memoryEngineOptions.check(options);
  return new MemoryEngine(clock === 'machine' ? machineClock : new VirtualClock(startsAt.getTime()));
}

/**
 * The {@link Engine} in memory.
 *
 * Gotchas: its worker's heartbeat runs on the main thread, where a handler that blocks stops it. A supervisor refuses it, for it exists in
 * this process alone. Nothing outlives the process.
 */
export class MemoryEngine implements Engine {
  readonly name = 'memory';
  readonly clock: EngineClock;
  readonly #spaces = new Map<string, Space>();
  readonly #changes = new Changes();
  readonly #sends: SentJob[] = [];
  #passing: Promise<void> = Promise.resolve();

  /** Only for {@link memoryEngine}. */
  constructor(clock: EngineClock) {
    this.clock = clock;
  }

  /** What its clock says. */
  get now(): Date {
    return new Date(this.clock.now());
  }

  /**
   * Lets so much time pass, from one due moment to the next: at each what is due becomes ready, is taken, and its handlers end, before time
   * goes on. So a job that is retried five times in two hours has had all its attempts when `advance({ hours: 2 })` resolves.
   *
   * Handlers that run already when this is called are not waited for: time passes for their deadlines. Those that begin meanwhile are, for
   * `patienceMs` of the machine's time (1,000 by default), for they may wait for a deadline, too.
   * @throws OptionsError for a duration that is none, or above a century; RealClockError when the clock is the machine's.
   */
  async advance(duration: Duration, options: { readonly patienceMs?: number } = {}): Promise<void> {
    const ms = msOf(duration);
    const { patienceMs } = advanceOptions.check(options);
    const { clock } = this;
    if (!(clock instanceof VirtualClock)) throw new RealClockError();
    const passing = { clock, stores: () => this.#stores(), changes: this.#changes };
    const advanced = this.#passing.then(() => advanceTo(clock.now() + ms, patienceMs, passing));
    // One that fails has its caller know; those that come after it pass their own time.
    this.#passing = advanced.catch(() => undefined);
    return advanced;
  }

  /**
   * Resolves when no job is ready, running or due now, in any queue. Delayed jobs and those of paused queues stay where they are.
   * @throws NotDrainedError when a job is ready that no worker consumes, unless `unconsumed` is `leave`; and after `withinMs` of the machine's
   * time (5,000 by default). @throws OptionsError.
   */
  async drain(options: { readonly withinMs?: number; readonly unconsumed?: 'refuse' | 'leave' } = {}): Promise<void> {
    await drained(drainOptions.check(options), { stores: () => this.#stores(), changes: this.#changes });
  }

  /** The jobs that it accepted, of one contract or of all, the first first: at most the last 10,000, also those that are gone. */
  sent(job?: AnyJob): readonly SentJob[] {
    return this.#sends.filter(({ queue, name }) => job === undefined || (queue === job.queue && name === job.name));
  }

  /**
   * Ends a job that waits, or is delayed, as if a worker had handled it: of the default namespace.
   * @throws NotWaitingError.
   */
  end({ queue: name }: AnyJob, id: string, settlement: Settlement): void {
    const { store } = this.#space(brokerOptionTable.namespace.default);
    const queue = store.peek(name);
    const job = queue.jobs.get(id);
    if (job === undefined) throw new NotWaitingError(id, 'the queue has none of that id');
    if (job.place !== 'waiting' && job.place !== 'delayed') throw new NotWaitingError(id, `it is ${job.place}`);
    const leased = lease(queue, job, { token: 'test|1', leaseMs: 1_000, worker: 'test' });
    settle(queue, { job: leased, settlement }, { retention: KEEP_ALL, send: store.send });
  }

  openBroker(opening: BrokerOpening): Promise<ConnectedBroker> {
    const { namespace, connectTimeoutMs: leftMs } = opening;
    const broker = new MemoryBroker(this.#space(namespace).store, retentionOf(opening));
    return Promise.resolve({ broker, address: ADDRESS, leftMs, close: () => broker.close() });
  }

  openLiveness({ namespace, process, queues }: LivenessOpening): Promise<Liveness> {
    return Promise.resolve(new MemoryLiveness({ ...this.#space(namespace), process, queues }));
  }

  openFleet({ namespace }: FleetOpening): Promise<ConnectedFleet> {
    return Promise.resolve(fleetOn(this.#space(namespace).hub, { address: ADDRESS }));
  }

  #space(namespace: string): Space {
    const known = this.#spaces.get(namespace);
    if (known) return known;
    const listener = { changed: this.#changes.add, sent: (job: OutgoingJob, queue: string) => this.#keep(job, queue) };
    const space = { store: new MemoryStore(this.clock, listener), hub: new MemoryFleetHub() };
    this.#spaces.set(namespace, space);
    return space;
  }

  #stores(): readonly MemoryStore[] {
    return [...this.#spaces.values()].map(({ store }) => store);
  }

  #keep(job: OutgoingJob, queue: string): void {
    this.#sends.push(sentJob({ queue, job }));
    if (this.#sends.length > MOST_SENDS) this.#sends.shift();
  }
}

interface Space {
  readonly store: MemoryStore;
  readonly hub: MemoryFleetHub;
}

const ADDRESS = 'memory';
const MOST_SENDS = 10_000;
const KEEP_ALL = retentionOf({ ackedAgeSeconds: 'forever', ackedCount: 'all' });
