// The channel: the one actor in a worker through which the consumers of a queue fetch, ack and reject.
import {
  StaleRecordError,
  UnwritableCallError,
  type AttemptNote,
  type ChannelAnswer,
  type ChannelReply,
  type FetchedJob,
  type LeasedJob,
  type RateLimit,
  type Settlement,
  type Settling,
  type WorkQueue,
  type EngineClock,
} from '@acktor/core/engine';
import { cutText, errorReason, type GuardedLog } from '@acktor/core/internal';
import type { ChannelMessage, ConsumerRef, SettlementRequest, StuckHandler } from '../consumer/consumer-protocol.js';
import type { DeliveryLimits } from '../delivery/delivery.js';
import type { Quarantine } from '../delivery/quarantine.js';
import type { ReportEnds } from '../flows/step-ends.js';
import { DeliveryEvents, mayReport, type DeliveryEventsDeps } from '../events/worker-events.js';
import {
  DeliveryTable,
  EarlyCancels,
  isCancelled,
  Totals,
  type DeliveryRow,
  type JobCancel,
} from './delivery-table.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Recovery } from './recovery.js';
import { batchSize, RequestBatcher, Suspects } from './request-batcher.js';
import { Parking, WorkWait } from './waiting.js';
import { fromCallback } from 'xstate';

export interface ChannelDeps extends Pick<DeliveryEventsDeps, 'events'> {
  readonly queue: WorkQueue;
  /** What the lease tokens of this process begin with. */
  readonly process: string;
  /** How many consumers will use the channel. */
  readonly consumers: number;
  readonly leaseMs: number;
  readonly limit?: RateLimit | undefined;
  /** How much is kept of a failure. */
  readonly limits: DeliveryLimits;
  readonly longestWaitMs: number;
  /** Called when the fleet has work: this process has some, or a wake signal has announced some. */
  readonly onActivity: () => void;
  /** Adds to a batch what its settlements report: of steps of flows, and of deaths that there are listeners for. */
  readonly reportEnds: ReportEnds;
  /** The quarantine of the process: what is held here counts there. */
  readonly quarantine: Quarantine;
  /** Called with a consumer whose handler does not let go, though its delivery is over. */
  readonly onStuck: (consumer: ConsumerRef, stuck: StuckHandler) => void;
  readonly clock: EngineClock;
  readonly log: GuardedLog;
}

/** Fetches and settles for the consumers of one queue, knows what each of them holds, and keeps their leases. */
export class Channel {
  readonly #deps: ChannelDeps;
  readonly #parking = new Parking();
  readonly #deliveries: DeliveryTable;
  readonly #leaveQuarantine: () => void;
  readonly #earlyCancels = new EarlyCancels();
  readonly #batcher: RequestBatcher;
  readonly #wait: WorkWait;
  readonly #recovery: Recovery;
  readonly #keeper: LeaseKeeper;
  readonly #totals: Totals;
  readonly #events: DeliveryEvents;
  readonly #suspects = new Suspects();
  constructor(deps: ChannelDeps) {
    this.#deps = deps;
    const { quarantine } = deps;
    const deliveries = new DeliveryTable(deps.process, (job) => quarantine.released(job));
    this.#deliveries = deliveries;
    this.#leaveQuarantine = quarantine.add(() => deliveries.inHands());
    this.#totals = new Totals(deps.queue.name);
    this.#events = new DeliveryEvents({ ...deps, held: deliveries });
    this.#wait = new WorkWait({ ...deps, parking: this.#parking });
    this.#batcher = this.#openBatcher();
    this.#keeper = new LeaseKeeper({ ...deps, deliveries });
    const [batcher, wait, keeper] = [this.#batcher, this.#wait, this.#keeper];
    this.#recovery = new Recovery({ ...deps, deliveries, keeper, batcher, wait });
  }

  /** Since when the consumer holds what it holds, in milliseconds since the epoch. */
  readonly heldSinceMs = (consumer: ConsumerRef) => this.#deliveries.heldSinceMs(consumer);
  /** Since when the consumer is parked, in milliseconds since the epoch. */
  readonly parkedSinceMs = (consumer: ConsumerRef) => this.#parking.parkedSinceMs(consumer);
  /** How its deliveries ended so far. */
  readonly totals = () => this.#totals.report();
  readonly totalsByJob = () => this.#totals.byJob();

  /** To be called before the consumers come: the first that is parked polls unasked, for a worker that died may have taken a wake signal along. */
  begin(): void {
    this.#wait.pollUnasked();
  }

  receive(message: ChannelMessage): void {
    const { consumer } = message;
    switch (message.type) {
      case 'consumer.parked':
        this.#parking.park(consumer, this.#deps.clock.now());
        this.#wait.polled(consumer);
        return this.#wait.begin();
      case 'delivery.wanted':
        return this.#ask(consumer, undefined, true);
      case 'delivery.settled':
        if (this.#batcher.isHeld) return this.#recovery.interrupt(consumer);
        return this.#ask(consumer, this.#settling(message.request), message.request.wantsNext);
      case 'delivery.released':
        this.#deps.log.warn({ consumer: consumer.id }, 'a lease was lost');
        return this.#leaseLost(this.#deliveries.find(consumer));
      case 'consumer.stuck':
        this.#events.stuck(consumer, message.stuck);
        return this.#deps.onStuck(consumer, message.stuck);
      case 'consumer.left':
        return this.#dismiss(consumer);
    }
  }

  /** To be called when the connection breaks and when it is back: nothing is asked of the server meanwhile. */
  get recovery(): Pick<Recovery, 'away' | 'back'> {
    return this.#recovery;
  }

  /** Sends the cancel to the consumers that hold the job, or soon to the one that gets it. Returns whether any holds it. */
  cancel(cancel: JobCancel): boolean {
    const holders = this.#deliveries.holdersOf((job) => isCancelled(job, cancel));
    for (const consumer of holders) consumer.send({ type: 'job.cancelled', why: cancel.why });
    if (holders.length === 0) this.#earlyCancels.remember(cancel, this.#deps.clock.now());
    return holders.length > 0;
  }

  /** To be called when the heartbeat has renewed the leases of these numbers, so long ago. */
  leasesRenewed(numbers: readonly number[], ageMs: number): void {
    this.#keeper.renewedByHeartbeat(numbers, ageMs);
  }

  /** Resolves when every request is answered, or waits for the server to come back. */
  quiet(): Promise<void> {
    return this.#batcher.quiet();
  }

  /** To be called when the consumers have stopped and the channel is quiet. */
  async close(): Promise<void> {
    this.#keeper.stop();
    this.#leaveQuarantine();
    await this.#wait.close();
    await this.#deps.queue.close();
  }

  #openBatcher(): RequestBatcher {
    const { queue, process: worker, leaseMs, limit, consumers, reportEnds } = this.#deps;
    return new RequestBatcher({
      settleAndFetch: (requests) => {
        const options = { leaseMs, worker, limit, wantsStatus: !this.#parking.isEmpty };
        return queue.settleAndFetch(requests.some(mayReport) ? reportEnds(requests) : requests, options);
      },
      onAnswer: (rows, answer) => this.#answer(rows, answer),
      onFailure: (rows, error) => this.#fail(rows, error),
      mostPerBatch: batchSize(consumers),
      weightOf: (row) => this.#suspects.weightOf(row),
    });
  }

  #ask(consumer: ConsumerRef, settle: Settling | undefined, wantsNext: boolean): void {
    this.#batcher.add(this.#deliveries.ask(consumer, settle, wantsNext));
  }

  /** An ack needs no note: the job's own times and its result say it all. What is left to other workers was no attempt. */
  #settling({ job, settlement }: SettlementRequest): Settling {
    if (settlement.kind === 'ack') return { job, settlement };
    if (settlement.kind === 'requeue' && settlement.isForOthers) {
      this.#wait.standBack(settlement.afterMs ?? 0);
      return { job, settlement };
    }
    return { job, settlement, attempt: this.#attemptNote(job, settlement) };
  }

  /** What is kept with a job of a delivery without an ack. The reason is cut: all notes are read and written whenever one is added. */
  #attemptNote({ record }: LeasedJob, settlement: Exclude<Settlement, { kind: 'ack' }>): AttemptNote {
    const { process: worker, limits } = this.#deps;
    const { attemptsMade, deliveries: fence } = record;
    const [end, reason] = !('failure' in settlement)
      ? (['requeued', settlement.reason] as const)
      : ([settlement.failure.isThrown ? 'threw' : 'rejected', settlement.failure.reason] as const);
    const kept = reason === undefined ? {} : { reason: cutText(reason, limits.maxHistoryReasonBytes) };
    return { attempt: attemptsMade + 1, fence, worker, end, ...kept };
  }

  #answer(rows: readonly DeliveryRow[], { replies, status }: ChannelAnswer): void {
    if (replies.some(({ settled, fetched }) => settled !== undefined || fetched !== undefined)) this.#deps.onActivity();
    if (status) this.#wait.remember(status);
    rows.forEach((row, i) => this.#reply(row, replies[i] ?? NO_REPLY));
    if (status) this.#parking.wake(status.ready);
    for (const { consumer } of rows) this.#wait.polled(consumer);
    this.#wait.begin();
  }

  #reply(row: DeliveryRow, reply: ChannelReply): void {
    const { consumer, request, hasLeft } = row;
    const settle = request?.settle;
    if (reply.error && mayLeaveOrphans(reply.error, consumer)) this.#keeper.requestFailed(reply.error);
    const next = this.#readable(reply.fetched);
    this.#totals.count(settle, reply.settled, next);
    this.#events.settled(settle, reply.settled, consumer);
    if (settle && consumer) this.#deliveries.release(row);
    this.#deliveries.answered(row);
    if (consumer === undefined) return;
    if (hasLeft) return this.#giveBack(next);
    if (settle === undefined) return this.#received(row, consumer, next);
    if (reply.settled === 'stored') return this.#stored(row, consumer, next);
    this.#giveBack(next);
    this.#refuse(consumer, settle, reply);
  }

  #received(row: DeliveryRow, consumer: ConsumerRef, next: LeasedJob | undefined): void {
    if (next === undefined) return consumer.send({ type: 'queue.empty' });
    this.#hold(row, consumer, next);
    consumer.send({ type: 'delivery.received', delivery: next });
    this.#cancelEarly(consumer, next);
  }

  #stored(row: DeliveryRow, consumer: ConsumerRef, next: LeasedJob | undefined): void {
    if (next) this.#hold(row, consumer, next);
    consumer.send({ type: 'settlement.stored', next });
    if (next) this.#cancelEarly(consumer, next);
  }

  #cancelEarly(consumer: ConsumerRef, job: LeasedJob): void {
    const cancel = this.#earlyCancels.take(job);
    if (cancel) consumer.send({ type: 'job.cancelled', why: cancel.why });
  }

  #hold(row: DeliveryRow, consumer: ConsumerRef, job: LeasedJob): void {
    this.#deliveries.hold(row, job, this.#deps.clock.now());
    this.#events.started(consumer, job);
  }

  #leaseLost(row: DeliveryRow | undefined): void {
    if (row?.consumer === undefined) return;
    this.#events.lost(row.job, row.consumer);
    this.#totals.leaseLost(this.#deliveries.release(row));
  }

  #refuse(consumer: ConsumerRef, { job, settlement }: Settling, { settled, error }: Refusal): void {
    const facts = { job: job.record.id, settled, settlement: settlement.kind, ...(error && { err: error }) };
    this.#deps.log.warn(facts, 'a settlement was refused');
    // The lease is still ours: otherwise the heartbeat would keep renewing a lease that no consumer owns.
    if (error instanceof StaleRecordError) this.#giveBack(job);
    else if (settled === undefined && error)
      this.#deadLetter(job, `how it ended could not be stored: ${error.message}`);
    consumer.send({ type: 'settlement.refused' });
  }

  #fail(rows: readonly DeliveryRow[], error: unknown): void {
    this.#recovery.failed(error);
    const isGuilty = this.#suspects.judge(rows, error);
    const refusal = { settled: undefined, error: error instanceof Error ? error : new Error(errorReason(error)) };
    for (const row of rows) {
      const { consumer, hasLeft } = row;
      const settle = row.request?.settle;
      if (!settle || !consumer) {
        this.#askAgain(row, isGuilty);
        continue;
      }
      this.#deliveries.answered(row);
      if (hasLeft) this.#abandon(row, consumer);
      else if (!isGuilty) this.#recovery.interrupt(consumer);
      else {
        this.#deliveries.release(row);
        this.#refuse(consumer, settle, refusal);
      }
    }
  }

  /** Its consumer has left, and what became of its settlement is unknown: recovery gives the job back, or the settlement is stored. */
  #abandon(row: DeliveryRow, consumer: ConsumerRef): void {
    this.#events.lost(row.job, consumer);
    this.#deliveries.release(row);
  }

  /** What the server refuses alone, and again, is not sent each time the batcher resumes: that would hold up the others each time. */
  #askAgain(row: DeliveryRow, isGuilty: boolean): void {
    if (!this.#deliveries.askAgain(row)) return;
    if (isGuilty && row.request?.settle) this.#deps.clock.setTimeout(() => this.#batcher.add(row), PAUSE_OF_GUILTY_MS);
    else this.#batcher.add(row);
  }

  /** Forgets a consumer. What it holds goes back, unless its settlement is on the way. */
  #dismiss(consumer: ConsumerRef): void {
    const wasParked = this.#parking.leave(consumer);
    const row = this.#deliveries.leave(consumer);
    const isIdle = row === undefined || (!row.job && !row.request);
    const isWithdrawn = row !== undefined && this.#withdraw(row);
    if (row && !row.request?.settle) this.#giveBack(this.#deliveries.release(row));
    if (isWithdrawn || (isIdle && !wasParked)) this.#wait.passedOver(consumer);
  }

  /** Takes back a fetch that is not on its way yet. Returns whether it did. */
  #withdraw(row: DeliveryRow): boolean {
    const isWithdrawn = row.request !== undefined && !row.request.settle && this.#batcher.withdraw(row);
    if (isWithdrawn) this.#deliveries.answered(row);
    return isWithdrawn;
  }

  /** The job that was fetched, if it can be read; another is dead-lettered. */
  #readable(fetched: FetchedJob | undefined): LeasedJob | undefined {
    if (fetched?.kind !== 'unreadable') return fetched?.job;
    this.#deadLetter(fetched.job, `the job cannot be read: ${fetched.reason}`);
    return undefined;
  }

  #giveBack(job: LeasedJob | undefined): void {
    if (job) this.#settleUnowned({ job, settlement: { kind: 'requeue' } });
  }

  #deadLetter(job: LeasedJob, reason: string): void {
    const failure = { reason: cutText(reason, LONGEST_REASON_BYTES), stack: undefined };
    this.#settleUnowned({ job, settlement: { kind: 'deadLetter', failure } });
  }

  #settleUnowned(settle: Settling): void {
    this.#batcher.add(this.#deliveries.addUnowned(settle));
  }
}

/** Why a settlement did not hold. */
type Refusal = Pick<ChannelReply, 'settled' | 'error'>;

/** For a request that the server's answer leaves out. */
const NO_REPLY: ChannelReply = { settled: undefined, fetched: undefined, error: undefined };

/** What could not be written has leased nothing, and a consumer that asked for it is refused; an unowned job would stay leased for ever. */
function mayLeaveOrphans(error: Error, consumer: ConsumerRef | undefined): boolean {
  return consumer === undefined || !(error instanceof UnwritableCallError);
}

/** Until a dead letter that the server refused is sent again. */
const PAUSE_OF_GUILTY_MS = 30_000;

/** Of our own words, and of a server's. */
const LONGEST_REASON_BYTES = 4_096;

export const channelLogic = fromCallback<ChannelMessage, { readonly channel: Channel }>(({ receive, input }) => {
  receive((message) => input.channel.receive(message));
});
