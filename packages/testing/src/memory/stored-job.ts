// One job as the engine in memory keeps it.
import type {
  AttemptNote,
  AttemptRecord,
  JobPlace,
  JobRecord,
  JobStep,
  JobSummary,
  NewChild,
  OutgoingJob,
  ScheduleSlot,
} from '@acktor/core/engine';

export interface Lease {
  readonly token: string;
  readonly untilMs: number;
}

/** All that is kept of a job. Where it is says `place`; the queue's lists say the same. */
export interface StoredJob {
  /** Replaced by a later send where its deduplication keeps the last. */
  sent: OutgoingJob;
  readonly queue: string;
  readonly sentAtMs: number;
  /** Given for a run of a schedule. */
  readonly slot: ScheduleSlot | undefined;
  place: JobPlace;
  /** Given while it is active. */
  lease: Lease | undefined;
  /** Given while it is delayed. */
  dueAtMs: number | undefined;
  attemptsMade: number;
  deliveries: number;
  leasesLost: number;
  suspicions: number;
  /** How many of its lost leases the delivery limit does not count. */
  spared: number;
  redrives: number;
  poisoned: string | undefined;
  cancelled: string | undefined;
  workerId: string | undefined;
  startedAtMs: number | undefined;
  endedAtMs: number | undefined;
  result: string | undefined;
  reason: string | undefined;
  stacks: readonly string[];
  progress: string | undefined;
  log: readonly string[];
  /** By name, in the order in which they were stored. */
  readonly steps: Map<string, JobStep>;
  history: readonly AttemptRecord[];
  /** Given for a child. */
  parent: ParentLink | undefined;
  /** By queue and id. */
  readonly children: Map<string, ChildEnd>;
  /** How far the flow is that it is the job of, as text, and how often that was changed. */
  flowRecord: string | undefined;
  flowChanges: number;
  /** The results of the steps of that flow, by the queue and the id of their jobs. */
  readonly stepResults: Map<string, string>;
}

/** What has become of a child, as its parent keeps it. */
export type ChildEnd =
  | { readonly kind: 'open' }
  | { readonly kind: 'acked'; readonly result: string }
  | { readonly kind: 'dead'; readonly reason: string }
  | { readonly kind: 'fatal' };

/** Of a child: its parent. */
export interface ParentLink {
  readonly job: StoredJob;
  readonly ifDead: NewChild['ifDead'];
  /** Has the parent go on, if it waits for its children. */
  readonly release: () => void;
}

/** What a queue adds to what was sent. */
export type JobOrigin = Pick<StoredJob, 'queue' | 'sentAtMs' | 'slot'>;

export function newJob(sent: OutgoingJob, { queue, sentAtMs, slot }: JobOrigin): StoredJob {
  return {
    sent,
    queue,
    sentAtMs,
    slot: slot ?? sent.slot,
    place: 'waiting',
    lease: undefined,
    dueAtMs: undefined,
    attemptsMade: 0,
    deliveries: 0,
    leasesLost: 0,
    suspicions: 0,
    spared: 0,
    redrives: 0,
    poisoned: undefined,
    cancelled: undefined,
    workerId: undefined,
    startedAtMs: undefined,
    endedAtMs: undefined,
    result: undefined,
    reason: undefined,
    stacks: [],
    progress: undefined,
    log: [],
    steps: new Map(),
    history: [],
    parent: undefined,
    children: new Map(),
    flowRecord: undefined,
    flowChanges: 0,
    stepResults: new Map(),
  };
}

/** The job as a fetch returns it. */
export function recordOf({ sent, queue, sentAtMs, slot, ...job }: StoredJob): JobRecord {
  const { id, name, payload, version = 1, trace, meta, flow, priority, attempts, backoff, group } = sent;
  const { attemptsMade, deliveries, leasesLost, suspicions, poisoned, cancelled } = job;
  return {
    id,
    name,
    queue,
    payload,
    version,
    sentAtMs,
    priority,
    attemptsMade,
    deliveries,
    leasesLost,
    suspicions,
    attempts,
    backoff,
    ...(trace !== undefined && { trace }),
    ...(meta !== undefined && { meta }),
    ...(sent.published !== undefined && { published: sent.published }),
    computedFor: sent.computedFor,
    expiresAtMs: expiresAtMsOf({ sent, sentAtMs }),
    slot,
    ...(group !== undefined && { group }),
    ...(flow !== undefined && { flow }),
    poisoned,
    cancelled,
  };
}

/** When it expires; undefined for never. */
export function expiresAtMsOf({
  sent: { expiry },
  sentAtMs,
}: Pick<StoredJob, 'sent' | 'sentAtMs'>): number | undefined {
  return expiry?.afterMs === undefined ? expiry?.atMs : sentAtMs + expiry.afterMs;
}

/** Whether the earlier job has ended, and is none of this very send, which may be repeated. */
export function isReplacedBy({ reuse }: OutgoingJob, { place, sent }: StoredJob): boolean {
  return reuse !== undefined && reuse !== sent.reuse && (place === 'acked' || place === 'deadLettered');
}

/** The job in short, as lists show it. */
export function summaryOf(job: StoredJob): JobSummary {
  const { sent, queue, place, sentAtMs, attemptsMade, deliveries, reason } = job;
  const { dueAtMs, startedAtMs, endedAtMs, workerId } = job;
  return {
    queue,
    id: sent.id,
    name: sent.name,
    place,
    sentAtMs,
    attemptsMade,
    deliveries,
    priority: sent.priority,
    reason,
    dueAtMs,
    startedAtMs,
    endedAtMs,
    workerId,
  };
}

/** Appends a delivery that ended without an ack. The newest fifty are kept. */
export function remember(job: StoredJob, note: AttemptNote, endedAtMs: number): void {
  const startedAtMs = job.startedAtMs ?? 0;
  const path = [
    ['processing', startedAtMs],
    ['rejecting', endedAtMs],
  ] as const;
  job.history = [...job.history, { ...note, startedAtMs, endedAtMs, path }].slice(-MOST_ATTEMPTS);
}

/** Appends a stack trace. The newest ten are kept. */
export function keepStack(job: StoredJob, stack: string | undefined): void {
  if (stack !== undefined) job.stacks = [...job.stacks, stack].slice(-MOST_STACKS);
}

const MOST_ATTEMPTS = 50;
const MOST_STACKS = 10;
