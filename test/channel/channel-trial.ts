// A channel on a scripted queue, with consumers that only write down what they hear, and a clock that a test turns.
import { defaultJsonLimits } from '@acktor/core';
import type { LeasedJob, Settlement } from '@acktor/core/engine';
import { defaultTextLimits, GuardedLog } from '@acktor/core/internal';
import { SimulatedClock } from 'xstate';
import { LogRecorder } from '../signals/log-recorder.js';
import { Heard } from '../signals/heard.js';
import { turn } from '../signals/signal.js';
import {
  Channel,
  Quarantine,
  WorkerEvents,
  type ChannelDeps,
  type ConsumerEvent,
  type ConsumerRef,
} from '../worker-inside/inside.js';
import { ScriptedQueue, type ScriptedCall } from './scripted-queue.js';

export class ChannelTrial {
  readonly queue = new ScriptedQueue();
  readonly clock = new SimulatedClock();
  readonly log = new LogRecorder();
  readonly events: WorkerEvents = new WorkerEvents(new GuardedLog(this.log));
  readonly channel: Channel;
  #callsTaken = 0;

  constructor(deps: Partial<ChannelDeps> = {}) {
    const { queue, clock, log } = this;
    const onActivity = () => undefined;
    const onStuck = () => undefined;
    const times = { leaseMs: 3_000, longestWaitMs: 5_000 };
    const limits = { ...defaultJsonLimits, ...defaultTextLimits };
    const here = { queue, process: 'here', consumers: 4, quarantine: new Quarantine(clock) };
    this.channel = new Channel({
      ...here,
      ...times,
      limits,
      onActivity,
      onStuck,
      events: this.events,
      reportEnds: (requests) => requests,
      clock,
      log: new GuardedLog(log),
      ...deps,
    });
  }

  consumer(name: string): ConsumerOnTrial {
    return new ConsumerOnTrial(name, this.channel);
  }

  consumers(...names: readonly string[]): readonly ConsumerOnTrial[] {
    return names.map((name) => this.consumer(name));
  }

  /** The next call that nobody has looked at yet. */
  async nextCall(): Promise<ScriptedCall> {
    this.#callsTaken += 1;
    const call = (await this.queue.calls.upTo(this.#callsTaken)).at(-1);
    if (call === undefined) throw new Error('a call was made');
    return call;
  }

  /** How many calls were made that nobody has looked at yet, once all is done that can be done now. */
  async unseenCalls(): Promise<number> {
    await turn();
    return this.queue.calls.all.length - this.#callsTaken;
  }

  /** A consumer that holds the job of this id. */
  async holder(id: string): Promise<ConsumerOnTrial> {
    const consumer = this.consumer(`holder-of-${id}`);
    consumer.wants();
    (await this.nextCall()).handOut(id);
    await consumer.hears('delivery.received');
    return consumer;
  }

  /** Lets time pass, and what is due then happen. */
  async pass(ms: number): Promise<void> {
    this.clock.increment(ms);
    await turn();
  }
}

/** A consumer that does what a test says and remembers what it hears. */
export class ConsumerOnTrial {
  readonly heard = new Heard<ConsumerEvent>();
  readonly #ref: ConsumerRef;
  readonly #channel: Channel;

  constructor(id: string, channel: Channel) {
    this.#ref = { id, send: (event: ConsumerEvent) => this.heard.push(event) } as ConsumerRef;
    this.#channel = channel;
  }

  /** What it has heard so far, by name. */
  get words(): readonly string[] {
    return this.heard.all.map(({ type }) => type);
  }

  /** What it was handed last. */
  get delivery(): LeasedJob {
    const job = this.heard.all.map(deliveryIn).findLast((delivered) => delivered !== undefined);
    if (job === undefined) throw new Error('expected a delivery, but none was heard of');
    return job;
  }

  async hears<Type extends ConsumerEvent['type']>(type: Type): Promise<Extract<ConsumerEvent, { type: Type }>> {
    return (await this.heard.first((event) => event.type === type)) as Extract<ConsumerEvent, { type: Type }>;
  }

  parks(): void {
    this.#channel.receive({ type: 'consumer.parked', consumer: this.#ref });
  }

  wants(): void {
    this.#channel.receive({ type: 'delivery.wanted', consumer: this.#ref });
  }

  settles(settlement: Settlement, { wantsNext = false, job = this.delivery } = {}): void {
    const request = { job, settlement, wantsNext };
    this.#channel.receive({ type: 'delivery.settled', consumer: this.#ref, request });
  }

  releases(): void {
    this.#channel.receive({ type: 'delivery.released', consumer: this.#ref });
  }

  leaves(): void {
    this.#channel.receive({ type: 'consumer.left', consumer: this.#ref });
  }
}

function deliveryIn(event: ConsumerEvent): LeasedJob | undefined {
  if (event.type === 'delivery.received') return event.delivery;
  return event.type === 'settlement.stored' ? event.next : undefined;
}
