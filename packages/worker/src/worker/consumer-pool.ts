// The consumer pool of one queue: its channel and its consumers, with a new consumer for each that fails.
import { createActor, type Actor, type InspectionEvent } from 'xstate';
import { channelLogic, Channel, type ChannelDeps } from '../channel/channel.js';
import type { JobCancel, JobTotals } from '../channel/delivery-table.js';
import { consumerMachine } from '../consumer/consumer.machine.js';
import { compiledConsumer } from '../consumer/compiled-machine.js';
import { withObservedTransitions, type TransitionListener } from '../consumer/compiled-transitions.js';
import {
  type ConsumerEvent,
  type ConsumerRef,
  type StuckHandler,
  dottedState,
  type ConsumerState,
} from '../consumer/consumer-protocol.js';
import { PoolFeed } from '../feed/pool-feed.js';
import { runnerLogic, type RunnerDeps } from '../delivery/runner.js';

/** What a pool is made of. */
export interface PoolDeps extends Omit<ChannelDeps, 'onStuck'>, Omit<RunnerDeps, 'queue'> {
  /** Whether a consumer whose handler does not let go is replaced meanwhile: at most as many at a time as there are consumers. */
  readonly replaceStuckConsumers: boolean;
  /** Called after each transition of each consumer, for as long as the pool works. */
  readonly onTransition?: TransitionListener;
  /** Called with all that happens to the consumers, when this process is inspected. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
}

type Consumer = Actor<typeof consumerMachine>;

/** Works until it is drained. */
export class ConsumerPool {
  readonly #deps: PoolDeps;
  readonly #channel: Channel;
  readonly #channelActor: Actor<typeof channelLogic>;
  readonly #machine: typeof consumerMachine;
  readonly #consumers = new Set<Consumer>();
  /** Those whose handler is stuck, and that another stands in for. */
  readonly #replaced = new Set<Consumer>();
  readonly #whenStopped: (() => void)[] = [];
  #isStopping = false;

  /** What it reports to the watchers of the fleet. */
  readonly feed: PoolFeed;

  constructor(deps: PoolDeps) {
    this.#deps = deps;
    this.#channel = new Channel({ ...deps, onStuck: (consumer, stuck) => this.#stuck(consumer, stuck) });
    this.#channelActor = createActor(channelLogic, { id: 'channel', input: { channel: this.#channel } });
    this.feed = this.#openFeed();
    const chart = consumerMachine.provide({ actors: { runner: runnerLogic(deps) } });
    const machine = compiledConsumer(chart, deps.inspect && (() => true));
    const { onTransition } = deps;
    const metered = onTransition ? withObservedTransitions(machine, { onTransition }) : machine;
    this.#machine = withObservedTransitions(metered, this.feed);
  }

  get queue(): string {
    return this.#deps.queue.name;
  }

  start(): void {
    this.#channelActor.start();
    this.#channel.begin();
    for (let number = 1; number <= this.#deps.consumers; number += 1) this.#startConsumer(`${this.queue}-${number}`);
  }

  /** To be called when the connection breaks, and when it is whole again. */
  connectionChanged(state: 'away' | 'back'): void {
    this.#channel.recovery[state]();
  }

  /** To be called when the heartbeat has renewed the leases of these numbers, so long ago. */
  leasesRenewed(numbers: readonly number[], ageMs: number): void {
    this.#channel.leasesRenewed(numbers, ageMs);
  }

  cancel(cancel: JobCancel): boolean {
    return this.#channel.cancel(cancel);
  }

  /** How its deliveries ended so far, by job. */
  totalsByJob(): readonly JobTotals[] {
    return this.#channel.totalsByJob();
  }

  /** What each of its consumers does right now. */
  states(): readonly ConsumerState[] {
    return [...this.#consumers].map((consumer) => this.#stateOf(consumer));
  }

  /** Fetches nothing more. Resolves when every consumer has finished what it holds and every request is answered. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    this.#sendAll({ type: 'stop.requested' });
    if (this.#consumers.size > 0) await new Promise<void>((resolve) => this.#whenStopped.push(resolve));
    await this.#channel.quiet();
  }

  /** The time for finishing is over: what is held goes back to the head of the queue. What was taken last goes first, so that it stands behind the others. */
  endGrace(): void {
    const lastFirst = [...this.#consumers].toSorted((one, other) => turnOf(other) - turnOf(one));
    for (const consumer of lastFirst) consumer.send({ type: 'grace.ended' });
  }

  async close(): Promise<void> {
    this.#channelActor.stop();
    await this.#channel.close();
  }

  #openFeed(): PoolFeed {
    const { heldSinceMs, parkedSinceMs, totals } = this.#channel;
    const consumers = this.#consumers;
    return new PoolFeed({ queue: this.queue, consumers, heldSinceMs, parkedSinceMs, totals, clock: this.#deps.clock });
  }

  #stateOf(consumer: Consumer): ConsumerState {
    const { value, context } = consumer.getSnapshot();
    const { stuck } = context;
    const sinceMs = this.#channel.heldSinceMs(consumer);
    const nowMs = this.#deps.clock.now();
    return {
      consumer: consumer.id,
      queue: this.queue,
      state: dottedState(value),
      jobId: context.delivery?.record.id,
      heldForMs: sinceMs === undefined ? undefined : nowMs - sinceMs,
      stuck: stuck && { jobId: stuck.job.record.id, forMs: nowMs - stuck.sinceMs },
    };
  }

  #startConsumer(id: string): void {
    const { inspect } = this.#deps;
    const input = { channel: this.#channelActor };
    const consumer = createActor(this.#machine, { id, input, ...(inspect && { inspect }) });
    this.#consumers.add(consumer);
    consumer.subscribe({
      complete: () => this.#remove(consumer),
      error: (error) => this.#replace(consumer, error),
    });
    consumer.start();
    this.feed.joined(consumer);
  }

  /** A fault of our own must not cost a consumer: what it held goes back, and another is started for it. */
  #replace(consumer: Consumer, error: unknown): void {
    this.#deps.log.error({ err: error, consumer: consumer.id }, 'a consumer failed and is replaced');
    // XState leaves the children of an actor that failed running: the handler would never learn that its job is elsewhere.
    consumer.getSnapshot().children.runner?.send({ type: 'abort', reason: { kind: 'leaseLost' } });
    this.#channel.receive({ type: 'consumer.left', consumer });
    const hasSubstitute = this.#replaced.has(consumer);
    this.#remove(consumer);
    if (!this.#isStopping && !hasSubstitute) this.#startConsumer(consumer.id);
  }

  #stuck({ id }: ConsumerRef, { job, sinceMs }: StuckHandler): void {
    const { log, clock } = this.#deps;
    const { id: jobId, name } = job.record;
    const facts = { consumer: id, job: jobId, name, forMs: clock.now() - sinceMs };
    log.warn(
      facts,
      'a handler was told to let go and still runs; its delivery is over, and its consumer takes nothing',
    );
    this.#replaceStuck();
  }

  /** Each that is replaced stops when its handler lets go, so there are never more consumers that can take something than there should be. */
  #replaceStuck(): void {
    const { replaceStuckConsumers, consumers } = this.#deps;
    if (!replaceStuckConsumers || this.#isStopping) return;
    for (const consumer of this.#consumers) {
      const isStuck = !this.#replaced.has(consumer) && consumer.getSnapshot().matches({ processing: 'abandoned' });
      if (!isStuck || this.#replaced.size >= consumers) continue;
      this.#replaced.add(consumer);
      consumer.send({ type: 'stop.requested' });
      this.#startConsumer(this.#freeId());
    }
  }

  #freeId(): string {
    const taken = new Set([...this.#consumers].map(({ id }) => id));
    let number = 1;
    while (taken.has(`${this.queue}-${number}`)) number += 1;
    return `${this.queue}-${number}`;
  }

  #remove(consumer: Consumer): void {
    this.#consumers.delete(consumer);
    if (this.#replaced.delete(consumer)) this.#replaceStuck();
    this.feed.left(consumer);
    if (this.#consumers.size === 0) for (const resolve of this.#whenStopped.splice(0)) resolve();
  }

  #sendAll(event: ConsumerEvent): void {
    for (const consumer of this.#consumers) consumer.send(event);
  }
}

/** The number of a consumer's lease: which turn of the process's it was. 0 where it holds nothing. */
function turnOf(consumer: Consumer): number {
  const { delivery } = consumer.getSnapshot().context;
  return delivery === undefined ? 0 : Number(delivery.leaseToken.slice(delivery.leaseToken.lastIndexOf('|') + 1));
}
