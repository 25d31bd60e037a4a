// The channel: the one actor in a worker through which the consumers of a queue fetch, ack and reject.
import { UnwritableCallError } from '@acktor/core';
import type { ChannelAnswer, ChannelReply, LeasedJob, Settling, WorkQueue } from '@acktor/core/engine';
import { errorReason, type GuardedLog } from '@acktor/core/internal';
import type { ChannelMessage, ConsumerRef, SettlementRequest, StuckHandler } from '../consumer/consumer-protocol.js';
import type { DeliveryLimits } from '../delivery/delivery.js';
import type { Quarantine } from '../delivery/quarantine.js';
import { DeliveryEvents, type DeliveryEventsDeps } from '../events/delivery-events.js';
import { attemptNote } from './attempt-record.js';
import { CallLine, callSize, Suspects } from './call-line.js';
import type { Clock } from './clock.js';
import { EarlyCancels, isCancelled, type JobCancel, HeldDeliveries, UnownedDeliveries } from './held-deliveries.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Parking, Watch } from './watch.js';
import { Recovery } from './recovery.js';
import { Totals } from './totals.js';
import { Wishes, NO_REPLY, toRequest, type Refusal, type Wish } from './wishes.js';
import { fromCallback } from 'xstate';

/** What a channel stands on. */
export interface ChannelDeps extends Pick<DeliveryEventsDeps, 'events' | 'onDead'> {
  readonly queue: WorkQueue;
  /** What the lease tokens of this process begin with. */
  readonly process: string;
  /** How many consumers will use the channel. */
  readonly consumers: number;
  readonly leaseMs: number;
  /** How much is kept of a failure. */
  readonly limits: DeliveryLimits;
  readonly longestWaitMs: number;
  /** Told when somebody of the fleet has work: this process, or whoever took what the queue's sign had announced. */
  readonly onActivity: () => void;
  /** Of the process: what is held here counts there. */
  readonly quarantine: Quarantine;
  /** Told of a consumer whose handler does not let go, though its delivery is over. */
  readonly onStuck: (consumer: ConsumerRef, stuck: StuckHandler) => void;
  readonly clock: Clock;
  readonly log: GuardedLog;
}

/** Fetches and settles for the consumers of one queue, knows what each of them holds, and keeps their leases. */
export class Channel {
  readonly #deps: ChannelDeps;
  readonly #parking = new Parking();
  readonly #held: HeldDeliveries;
  readonly #leaveQuarantine: () => void;
  readonly #wishes: Wishes;
  readonly #earlyCancels = new EarlyCancels();
  readonly #line: CallLine;
  readonly #unowned: UnownedDeliveries;
  readonly #watch: Watch;
  readonly #recovery: Recovery;
  readonly #keeper: LeaseKeeper;
  readonly #totals: Totals;
  readonly #events: DeliveryEvents;
  readonly #suspects = new Suspects();

  constructor(deps: ChannelDeps) {
    this.#deps = deps;
    const { quarantine } = deps;
    const held = new HeldDeliveries((job) => quarantine.released(job));
    this.#held = held;
    this.#leaveQuarantine = quarantine.add(() => held.inHands());
    this.#wishes = new Wishes(deps.process);
    this.#totals = new Totals(deps.queue.name);
    this.#events = new DeliveryEvents({ ...deps, held });
    this.#watch = new Watch({ ...deps, parking: this.#parking });
    this.#line = this.#openLine();
    this.#unowned = new UnownedDeliveries(this.#line, this.#held);
    const [wishes, line, watch] = [this.#wishes, this.#line, this.#watch];
    this.#keeper = new LeaseKeeper({ ...deps, held, wishes });
    this.#recovery = new Recovery({ ...deps, held, wishes, keeper: this.#keeper, line, watch });
  }

  /** Since when the consumer holds what it holds, or is parked, in milliseconds since the epoch. */
  readonly heldSinceMs = (consumer: ConsumerRef) => this.#held.heldSinceMs(consumer);
  readonly parkedSinceMs = (consumer: ConsumerRef) => this.#parking.parkedSinceMs(consumer);

  /** How its deliveries ended so far. */
  readonly totals = () => this.#totals.report();
  readonly totalsByJob = () => this.#totals.byJob();

  /** To be called before the consumers come: who is parked first looks without a sign, for one who died may have taken it along. */
  begin(): void {
    this.#watch.lookWithoutSign();
  }

  receive(message: ChannelMessage): void {
    const { consumer } = message;
    switch (message.type) {
      case 'consumer.parked':
        this.#parking.park(consumer, this.#deps.clock.now());
        this.#watch.looked(consumer);
        return this.#watch.look();
      case 'delivery.wanted':
        return this.#ask(consumer);
      case 'delivery.settled':
        if (this.#recovery.isHolding) return this.#recovery.interrupt(consumer);
        return this.#ask(consumer, message.request);
      case 'delivery.released':
        this.#deps.log.warn({ consumer: consumer.id }, 'a lease was lost');
        return this.#leaseLost(consumer);
      case 'consumer.stuck':
        this.#events.stuck(consumer, message.stuck);
        return this.#deps.onStuck(consumer, message.stuck);
      case 'consumer.left':
        return this.#dismiss(consumer);
    }
  }

  /** What to tell when the connection breaks and when it is back: nothing is asked of the server meanwhile. */
  get recovery(): Pick<Recovery, 'away' | 'back'> {
    return this.#recovery;
  }

  /** Tells whoever holds the job that it is cancelled, or is handed it soon. Answers whether anybody holds it. */
  cancel(cancel: JobCancel): boolean {
    const holders = this.#held.holdersOf((job) => isCancelled(job, cancel));
    for (const consumer of holders) consumer.send({ type: 'job.cancelled', why: cancel.why });
    if (holders.length === 0) this.#earlyCancels.remember(cancel, this.#deps.clock.now());
    return holders.length > 0;
  }

  /** Resolves when everything that was asked is answered, or waits for the server to come back. */
  quiet(): Promise<void> {
    return this.#line.quiet();
  }

  /** To be called when the consumers have stopped and the channel is quiet. */
  async close(): Promise<void> {
    this.#keeper.stop();
    this.#leaveQuarantine();
    await this.#watch.close();
    await this.#deps.queue.close();
  }

  #openLine(): CallLine {
    const { queue, process: worker, leaseMs, consumers } = this.#deps;
    return new CallLine({
      toRequest,
      settleAndFetch: (wishes) =>
        queue.settleAndFetch(wishes, { leaseMs, worker, wantsStatus: !this.#parking.isEmpty }),
      onAnswer: (wishes, answer) => this.#answer(wishes, answer),
      onFailure: (wishes, error) => this.#fail(wishes, error),
      mostPerCall: callSize(consumers),
      weightOf: (wish) => this.#suspects.weightOf(wish),
    });
  }

  #ask(consumer: ConsumerRef, request?: SettlementRequest): void {
    const settle = request && this.#settling(request);
    this.#line.add(this.#wishes.begin(consumer, settle, request?.wantsNext ?? true));
  }

  /** An ack needs no record: the job's own times and its result say it all. What is left to others is nobody's attempt. */
  #settling({ job, settlement }: SettlementRequest): Settling {
    if (settlement.kind === 'ack') return { job, settlement };
    if (settlement.kind === 'requeue' && settlement.isForOthers) {
      this.#watch.standBack(settlement.afterMs ?? 0);
      return { job, settlement };
    }
    const { process: worker, limits } = this.#deps;
    const attempt = attemptNote({ job, settlement, worker }, limits);
    return { job, settlement, attempt };
  }

  #answer(wishes: readonly Wish[], { replies, status }: ChannelAnswer): void {
    if (replies.some(({ settled, fetched }) => settled !== undefined || fetched !== undefined)) this.#deps.onActivity();
    if (status) this.#watch.remember(status);
    wishes.forEach((wish, i) => this.#reply(wish, replies[i] ?? NO_REPLY));
    if (status) this.#parking.wake(status.ready);
    for (const { consumer } of wishes) this.#watch.looked(consumer);
    this.#watch.look();
  }

  #reply({ consumer, settle }: Wish, reply: ChannelReply): void {
    if (reply.error && mayLeaveOrphans(reply.error, consumer)) this.#keeper.requestFailed(reply.error);
    const next = this.#unowned.readable(reply.fetched);
    this.#totals.count(settle, reply.settled, next);
    this.#events.settled(settle, reply.settled, consumer);
    if (consumer === undefined) return this.#unowned.answered(settle);
    if (settle) this.#held.release(consumer);
    if (!this.#wishes.end(consumer)) return this.#unowned.giveBack(next);
    if (settle && reply.settled !== 'stored') return this.#refuse(consumer, settle, { ...reply, next });
    if (next) this.#hold(consumer, next);
    if (settle) consumer.send({ type: 'settlement.stored', next });
    else consumer.send(next ? { type: 'delivery.received', delivery: next } : { type: 'queue.empty' });
    if (next) this.#earlyCancels.tell(consumer, next);
  }

  #hold(consumer: ConsumerRef, job: LeasedJob): void {
    this.#held.hold(consumer, { job, sinceMs: this.#deps.clock.now() });
    this.#events.started(consumer, job);
  }

  #leaseLost(consumer: ConsumerRef): void {
    this.#events.lost(this.#held.heldBy(consumer), consumer);
    this.#totals.leaseLost(this.#held.release(consumer));
  }

  #refuse(consumer: ConsumerRef, settle: Settling, { settled, error, next }: Refusal): void {
    const { id } = settle.job.record;
    const facts = { job: id, settled, settlement: settle.settlement.kind, ...(error && { err: error }) };
    this.#deps.log.warn(facts, 'a settlement was refused');
    this.#unowned.giveBack(next);
    // Its lease is still ours, and the heartbeat renews it: left alone, the job would be nobody's for as long as we live.
    if (settled === undefined && error)
      this.#unowned.deadLetter(settle.job, `how it ended could not be stored: ${error.message}`);
    consumer.send({ type: 'settlement.refused' });
  }

  #fail(wishes: readonly Wish[], error: unknown): void {
    this.#recovery.failed(error);
    const isGuilty = this.#suspects.judge(wishes, error);
    for (const wish of wishes) {
      const { settle, consumer } = wish;
      if (!settle || !consumer) this.#askAgain(wish, isGuilty);
      else if (!this.#wishes.end(consumer)) this.#abandon(consumer);
      else if (isGuilty)
        this.#refuse(consumer, settle, {
          ...NO_REPLY,
          error: error instanceof Error ? error : new Error(errorReason(error)),
          next: undefined,
        });
      else this.#recovery.interrupt(consumer);
    }
  }

  /** Its consumer has left, and nobody knows what became of its settlement: recovery gives it back, or it is stored. */
  #abandon(consumer: ConsumerRef): void {
    this.#events.lost(this.#held.heldBy(consumer), consumer);
    this.#held.release(consumer);
  }

  /** What the server refuses alone, and again, is not asked every time the line goes on: that would hold up the others each time. */
  #askAgain(failed: Wish, isGuilty: boolean): void {
    const wish = this.#wishes.again(failed);
    if (wish === undefined) return;
    if (isGuilty && wish.settle) this.#deps.clock.setTimeout(() => this.#line.add(wish), PAUSE_OF_GUILTY_MS);
    else this.#line.add(wish);
  }

  /** Forgets a consumer. What it holds goes back, unless its settlement is on the way. */
  #dismiss(consumer: ConsumerRef): void {
    const wasParked = this.#parking.leave(consumer);
    const asked = this.#wishes.leave(consumer);
    this.#held.leave(consumer);
    const isWithdrawn = asked !== undefined && !asked.settle && this.#line.withdraw(asked);
    const job = asked?.settle === undefined ? this.#held.release(consumer) : undefined;
    this.#unowned.giveBack(job);
    if (isWithdrawn || (!wasParked && !asked && !job)) this.#watch.passedOver(consumer);
  }
}

/** What could not be written has leased nothing, and a consumer that asked for it is refused; what nobody holds would stay leased for ever. */
function mayLeaveOrphans(error: Error, consumer: ConsumerRef | undefined): boolean {
  return consumer === undefined || !(error instanceof UnwritableCallError);
}

/** Until a dead letter that the server would not take is tried again. */
const PAUSE_OF_GUILTY_MS = 30_000;

export const channelLogic = fromCallback<ChannelMessage, { readonly channel: Channel }>(({ receive, input }) => {
  receive((message) => input.channel.receive(message));
});
