// One queue as a worker's channel sees it: jobs handed out under leases, and how each delivery ends.
import type { Backoff } from '../contract/backoff.js';
import type { JobGroup } from '../contract/groups.js';
import type { AttemptNote } from './attempt-record.js';
import type { RecordWrite } from './record-store.js';
import type { ScheduleSlot, SendTerms } from './send-terms.js';

export type { ScheduleSlot } from './send-terms.js';

/** One job to be sent. Ids are given before sending, so that a resend cannot create a second job. */
export interface OutgoingJob extends SendTerms {
  readonly id: string;
  readonly name: string;
  readonly payload: string;
  /** The version of the payload, where that is not 1. */
  readonly version?: number;
  /** The trace that the send belongs to, as text. */
  readonly trace?: string | undefined;
  readonly delayMs: number;
  /** 0 is the ordinary queue; from 1 (first) to 2,097,152 (last) by priority. */
  readonly priority: number;
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
  /** Given for a run of a schedule that is sent beside it, under the id that the run has. */
  readonly slot?: ScheduleSlot | undefined;
  /** The name of a schedule whose payload the worker computes; the payload is `null` then. */
  readonly computedFor?: string | undefined;
  /**
   * Given where the job is to take the place of one of its id that was acked or dead-lettered; its fence goes on from there. It names this
   * send alone: a repeat of it does not replace the job that it has added itself.
   */
  readonly reuse?: string;
  /**
   * Given for a job with a key: of its group so many have a turn at a time, in the order in which they were sent. It has its turn from when it
   * is in the queue until it is acked, dead-lettered or removed; each end gives the next one its turn, in the same step. Not with a delay.
   */
  readonly group?: JobGroup | undefined;
  /** Which step of which flow it is, as text. Engines keep it with the job, and give it back as it is. */
  readonly flow?: string | undefined;
}

/** One accepted job as it lies in the queue, its payload not yet parsed. */
export interface JobRecord extends Pick<SendTerms, 'meta' | 'published'> {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  /** The payload as it was sent: JSON text, not yet parsed or validated. */
  readonly payload: string;
  /** The version of the payload; 1 where none was given. */
  readonly version: number;
  /** When the job was sent, in milliseconds since the epoch, by the server's clock. */
  readonly sentAtMs: number;
  readonly priority: number;
  /** How often the job was delivered and rejected so far; 0 on its first delivery. */
  readonly attemptsMade: number;
  /** How often the job was delivered so far, this delivery included. Grows with every delivery: the fence. */
  readonly deliveries: number;
  /** How often a delivery of this job lost its lease. */
  readonly leasesLost: number;
  /** How many processes ended by their own doing while they held this job, as far as that counts against it: 0 for all but suspects. */
  readonly suspicions: number;
  /** What the producer set for this job alone; where undefined, the contract's policy holds. */
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
  /** What is stored as the type of the wait between attempts, where it is none that is known here: a strategy of another client's. */
  readonly unknownBackoff?: string | undefined;
  /** How many lines of its log are kept, where another client has stored that. */
  readonly keptLogLines?: number | undefined;
  /** The trace that the job was sent in, as text. */
  readonly trace?: string | undefined;
  /** The name of a schedule whose payload the worker computes. */
  readonly computedFor?: string | undefined;
  /** When it expires, by the server's clock; undefined for never. */
  readonly expiresAtMs?: number | undefined;
  /** Given for a run of a schedule. */
  readonly slot?: ScheduleSlot | undefined;
  /** Given for a job with a key. */
  readonly group?: JobGroup | undefined;
  /** Given for a step of a flow: what it was sent with. */
  readonly flow?: string | undefined;
  /** Set when the job may not be handled any more (delivery limit, poison): the worker that fetches it dead-letters it with this reason. */
  readonly poisoned: string | undefined;
  /** Set when the job was cancelled, with the reason: the worker that fetches it dead-letters it. */
  readonly cancelled: string | undefined;
}

/** A job handed to one consumer under a lease. The lease token names the process and the delivery. */
export interface LeasedJob {
  readonly record: JobRecord;
  readonly leaseToken: string;
  /** Opaque: the engine gets it back with the job's settlement. */
  readonly ticket?: unknown;
}

/** How a delivery ends, which jobs are added with its end, and which record is written. */
export type Settlement = Sending &
  (
    | { readonly kind: 'ack'; readonly result: string }
    | { readonly kind: 'retry'; readonly delayMs: number; readonly failure: Failure }
    | Requeue
    | WaitForChildren
    | {
        readonly kind: 'deadLetter';
        readonly failure: Failure;
        /** Whether it was the last of its attempts. */
        readonly isExhausted?: boolean;
      }
  );

interface Sending {
  /**
   * Jobs that are added, in this order, in the one step that stores the settlement, and only there: a settlement that is `lost`, `gone`, or
   * was stored before adds none. One whose id its queue knows is not added again. Where queues lie on several servers, that step may keep
   * them beside the settled job, from where they are added soon, once, and in order; those for different queues in any.
   */
  readonly sends?: readonly QueuedSend[];
  /** A record beside the jobs of this queue, in the same step; a settlement whose record has changed meanwhile is refused: {@link StaleRecordError}. */
  readonly write?: RecordWrite | undefined;
}

/** A job to be added, and to which queue. */
export interface QueuedSend {
  readonly queue: string;
  readonly job: OutgoingJob;
}

/** Back to the queue, without counting an attempt. */
export interface Requeue {
  readonly kind: 'requeue';
  /** How long until then, in milliseconds from 1: the job comes back at the queue's tail. Without, at once, and at its head. */
  readonly afterMs?: number;
  /** Why, as the job's history says it. */
  readonly reason?: string;
  /** Whether other workers can handle the job, and this one cannot: the job's history does not record the delivery. */
  readonly isForOthers?: boolean;
}

/**
 * Back to the queue when all of its children have ended, without counting an attempt. At once, and at its head, where none is left to wait
 * for, or one has died that its parent dies with.
 */
export interface WaitForChildren {
  readonly kind: 'waitForChildren';
  /** Why, as the job's history says it. */
  readonly reason?: string;
}

/** A child to be added to a job that is under way. */
export interface NewChild extends QueuedSend {
  /** What becomes of the parent when the child becomes a dead letter: one as well, or it goes on when the others have ended. */
  readonly ifDead: 'deadLetter' | 'goOn';
}

/** `known`: it is a child of the job already, or was one; `taken`: the queue holds another job of that id; `lost`: the lease is lost. */
export type ChildOutcome = 'added' | 'known' | 'taken' | 'lost';

/** What has become of a job's children. */
export interface JobChildren {
  /** How many have not ended. */
  readonly open: number;
  readonly acked: readonly (ChildRef & { readonly result: string })[];
  /** Dead letters without which the parent goes on. */
  readonly dead: readonly (ChildRef & { readonly reason: string })[];
  /** Dead letters that the parent dies with. */
  readonly fatal: readonly ChildRef[];
}

/** Which job a child is. */
export interface ChildRef {
  readonly queue: string;
  readonly id: string;
}

/** Why a delivery was rejected, as kept with the job. */
export interface Failure {
  readonly reason: string;
  readonly stack: string | undefined;
  /** Whether something was thrown; otherwise the handler, or Acktor, chose this end. The job's history records which. */
  readonly isThrown?: boolean;
}

/** The outcome of one settlement. `gone`: the job no longer exists; `lost`: the lease expired or belongs to another consumer. */
export type SettleOutcome = 'stored' | 'lost' | 'gone';

/** One entry of a batch: a settlement of a held delivery, a request for the next one, or both in this order. */
export interface ChannelRequest {
  readonly settle?: Settling;
  /** The lease token under which a next job is to be handed out. */
  readonly fetch?: string;
}

/** A held delivery and how it is to end. */
export interface Settling {
  readonly job: LeasedJob;
  readonly settlement: Settlement;
  /** What is remembered of a delivery that ends without an ack. */
  readonly attempt?: AttemptNote;
}

/** The answer to one {@link ChannelRequest}, in the order of the call. */
export interface ChannelReply {
  readonly settled: SettleOutcome | undefined;
  /** A job that was fetched, under the token of the request; undefined when none was requested or none is there. */
  readonly fetched: FetchedJob | undefined;
  /** Set when this entry alone failed; a {@link StaleRecordError} says that the record of its settlement has changed. */
  readonly error: Error | undefined;
}

/** What a fetch brings: a readable job, or one whose record cannot be read and must be dead-lettered. */
export type FetchedJob =
  | { readonly kind: 'job'; readonly job: LeasedJob }
  | { readonly kind: 'unreadable'; readonly job: LeasedJob; readonly reason: string };

/** The state of a queue at the end of a batch. */
export interface QueueStatus {
  /** Jobs that could be fetched right now. */
  readonly ready: number;
  /** When the next delayed job is due; undefined when none is. */
  readonly nextDue: DueTime | undefined;
  /** For how long a rate limit of the queue forbids fetching; 0 when none does. */
  readonly limitedForMs: number;
}

/** A time by the server's clock, and how far away it was when the server answered: a worker's own clock may be wrong. */
export interface DueTime {
  /** In milliseconds since the epoch, by the server's clock: comparable with other times of that server only. */
  readonly atMs: number;
  /** From then on, in milliseconds; 0 or less when it is past. */
  readonly inMs: number;
}

export interface ChannelAnswer {
  readonly replies: readonly ChannelReply[];
  /** Present when it was requested, and when a fetch found nothing. */
  readonly status: QueueStatus | undefined;
}

/** A lease as the broker knows it: which job, under which token. */
export type Lease = Readonly<Record<'jobId' | 'leaseToken', string>>;

/** The lease tokens of one process at one queue whose fetches are answered or given up: from `process|1` to `process|last`. */
export interface AnsweredTokens {
  readonly process: string;
  /** 0 for none. */
  readonly last: number;
}

/** What a channel hands to {@link WorkQueue.settleAndFetch} besides its requests. */
export interface SettleAndFetchOptions {
  readonly leaseMs: number;
  /** The process that asks, as kept with the job for people to read. */
  readonly worker: string;
  /** Whether the answer includes the queue's status, which costs the server a little. */
  readonly wantsStatus: boolean;
  /** How many jobs of the queue may be fetched in a span, by all workers that limit it. What is stored with the queue counts before this. */
  readonly limit?: RateLimit | undefined;
}

/** How many jobs may begin within a span, which begins with the first of them. */
export interface RateLimit {
  readonly max: number;
  readonly durationMs: number;
}

/** One queue as a worker's channel sees it. */
export interface WorkQueue {
  readonly name: string;

  /**
   * Settles and fetches for many consumers in one atomic call. A request that fails, fails alone. With a run of a schedule that it fetches
   * the next run is added before this resolves, exactly once, also when several workers fetch it in turn.
   * @throws ConnectionLostError when the connection breaks first, ServerRefusalError when the server refuses the call as a whole; what became
   * of it is then unknown.
   */
  settleAndFetch(requests: readonly ChannelRequest[], options: SettleAndFetchOptions): Promise<ChannelAnswer>;

  /** Checks that a settlement here may add jobs to that queue. @throws EngineFeatureError when it may not. */
  requireSendTo(queue: string): void;

  /**
   * Adds a child of a leased job: the job can wait for it, and cannot be acked before it has ended. Nothing is added twice, nor with a lease
   * that is lost.
   * @throws EngineFeatureError where a child cannot be in that queue.
   */
  addChild(lease: Lease, child: NewChild): Promise<ChildOutcome>;

  /** Resolves with what has become of the children of a leased job, in any order; with undefined for a lost lease. */
  children(lease: Lease): Promise<JobChildren | undefined>;
  /** The names of these children of one job, in their order; undefined for a job that is gone. */
  childNames(children: readonly ChildRef[]): Promise<readonly (string | undefined)[]>;

  /**
   * Says that dead jobs of these names have listeners in this process, and resolves with the names that have any, in whichever process: what
   * was said within a day counts.
   */
  deathListeners(names: readonly string[]): Promise<readonly string[]>;

  /** Waits until the queue may have work, or `timeoutMs` have passed. `due` says that nothing is ready before then. */
  waitForWork(timeoutMs: number): Promise<WakeSignal>;

  /** Hands a wake signal that no consumer here can use to the next wait, in whichever process: a wait consumes its signal. */
  passOn(signal: WakeSignal): Promise<void>;

  /** Keeps the handler's progress, any JSON text, with the job. Does nothing, and resolves with false, for a lost lease. */
  progress(lease: Lease, progress: string): Promise<boolean>;

  /** Appends a line to the job's log, which keeps the newest `keptLines`. Does nothing, and resolves with false, for a lost lease. */
  log(lease: Lease, line: string, keptLines: number): Promise<boolean>;

  /**
   * Keeps the result of a step with the job, from where it goes when the job goes. Does nothing, and resolves with false, when a later
   * delivery of the job has begun, or it has ended. May be repeated: what was stored first under a name stays.
   */
  storeStep(job: LeasedJob, step: StoredStep): Promise<boolean>;

  /** The steps that deliveries of the job have stored, in any order; undefined when a later one has begun, or the job has ended. */
  steps(job: LeasedJob): Promise<readonly StoredStep[] | undefined>;

  /**
   * Renews the leases of what is held, for `leaseMs` from now, also one that expired while the job went to no other consumer. Resolves
   * with the tokens of those that are lost.
   */
  renew(held: readonly LeasedJob[], leaseMs: number): Promise<readonly string[]>;

  /**
   * Gives back what is leased under these tokens, except what is `held`. What a later token leases may be on its way. Resolves with the ids
   * of what it gave back.
   */
  reconcile(tokens: AnsweredTokens, held: readonly LeasedJob[]): Promise<readonly string[]>;

  /** Ends a wait in progress and closes the queue's own connection. May be called twice. */
  close(): Promise<void>;
}

/** The result of one step of a handler, as it is kept with the job. */
export interface StoredStep {
  readonly name: string;
  /** JSON text; undefined for a step that returned nothing. */
  readonly result: string | undefined;
}

/** Why a wait ended: there may be work now, nothing is ready before a time, or the wait was too long. */
export type WakeSignal =
  { readonly kind: 'ready' } | { readonly kind: 'due'; readonly due: DueTime } | { readonly kind: 'timeout' };
