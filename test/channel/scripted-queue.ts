// A work queue in memory that answers when the test says so: every call, wait, renewal and reconciliation is kept.
import type {
  DueTime,
  AnsweredTokens,
  ChannelAnswer,
  ChannelReply,
  ChannelRequest,
  ChildOutcome,
  JobChildren,
  Lease,
  LeasedJob,
  NewChild,
  QueueStatus,
  StoredStep,
  WorkQueue,
  WakeSignal,
} from '@acktor/core/engine';
import { Heard } from '../signals/heard.js';
import { leaseOf } from '../broker/test-queue.js';
import { leasedJob } from '../delivery/leased-job.js';

/** One group call that waits for its answer. */
export interface ScriptedCall {
  readonly requests: readonly ChannelRequest[];
  readonly wantsStatus: boolean;
  /** Answers each request as told, those that are not told with nothing to fetch and what was settled stored. */
  answer(replies?: readonly Partial<ChannelReply>[], status?: Partial<QueueStatus>): void;
  /** Hands out a job of each id, in order, to the requests that want one. */
  handOut(...ids: readonly string[]): void;
  fail(error: Error): void;
}

export interface ScriptedWait {
  readonly timeoutMs: number;
  end(sign: WakeSignal): void;
  fail(error: Error): void;
}

export interface ScriptedReconciliation {
  readonly tokens: AnsweredTokens;
  readonly held: readonly Lease[];
  end(returned?: readonly string[]): void;
  fail(error: Error): void;
}

export class ScriptedQueue implements WorkQueue {
  readonly name = 'notes';
  readonly calls = new Heard<ScriptedCall>();
  readonly waits = new Heard<ScriptedWait>();
  readonly reconciliations = new Heard<ScriptedReconciliation>();
  readonly passedOn: WakeSignal[] = [];
  readonly renewals = new Heard<readonly Lease[]>();
  /** The lease tokens that the next renewals find lost. */
  lost: readonly string[] = [];
  /** What the next renewals reject with. */
  renewalFault: Error | undefined;
  /** The steps of its jobs, by name. */
  readonly stored = new Map<string, StoredStep>();
  isClosed = false;

  settleAndFetch(
    requests: readonly ChannelRequest[],
    { wantsStatus }: { wantsStatus: boolean },
  ): Promise<ChannelAnswer> {
    return new Promise((resolve, reject) => {
      const answer: ScriptedCall['answer'] = (replies = [], status) =>
        resolve({
          replies: requests.map((request, i) => ({ ...ordinary(request), ...replies[i] })),
          status: wholeStatus(status),
        });
      const handOut: ScriptedCall['handOut'] = (...ids) => answer(fetches(requests, ids));
      this.calls.push({ requests, wantsStatus, answer, handOut, fail: reject });
    });
  }

  requireSendTo(): void {}

  /** The children that were added, and what becomes of them. */
  readonly added: NewChild[] = [];
  childrenNow: JobChildren | undefined = { open: 0, acked: [], dead: [], fatal: [] };
  childOutcome: ChildOutcome = 'added';

  addChild(_lease: Lease, child: NewChild): Promise<ChildOutcome> {
    this.added.push(child);
    return Promise.resolve(this.childOutcome);
  }

  deathListeners(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  children(): Promise<JobChildren | undefined> {
    return Promise.resolve(this.childrenNow);
  }

  childNames(): Promise<readonly (string | undefined)[]> {
    return Promise.resolve([]);
  }

  waitForWork(timeoutMs: number): Promise<WakeSignal> {
    return new Promise((resolve, reject) => this.waits.push({ timeoutMs, end: resolve, fail: reject }));
  }

  passOn(sign: WakeSignal): Promise<void> {
    this.passedOn.push(sign);
    return Promise.resolve();
  }

  reconcile(tokens: AnsweredTokens, held: readonly LeasedJob[]): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const end: ScriptedReconciliation['end'] = (returned = []) => resolve(returned);
      this.reconciliations.push({ tokens, held: held.map(leaseOf), end, fail: reject });
    });
  }

  renew(held: readonly LeasedJob[]): Promise<readonly string[]> {
    this.renewals.push(held.map(leaseOf));
    return this.renewalFault ? Promise.reject(this.renewalFault) : Promise.resolve(this.lost);
  }

  progress(): Promise<boolean> {
    return Promise.resolve(true);
  }

  steps(): Promise<readonly StoredStep[] | undefined> {
    return Promise.resolve([...this.stored.values()]);
  }

  storeStep(_job: LeasedJob, step: StoredStep): Promise<boolean> {
    this.stored.set(step.name, step);
    return Promise.resolve(true);
  }

  log(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** A time of a server whose clock says 0. */
export function dueIn(inMs: number): DueTime {
  return { atMs: inMs, inMs };
}

function ordinary({ settle }: ChannelRequest): ChannelReply {
  return { settled: settle ? 'stored' : undefined, fetched: undefined, error: undefined };
}

function wholeStatus(status: Partial<QueueStatus> | undefined): QueueStatus | undefined {
  return status && { ready: 0, nextDue: undefined, limitedForMs: 0, ...status };
}

function fetches(requests: readonly ChannelRequest[], ids: readonly string[]): readonly Partial<ChannelReply>[] {
  const left = [...ids];
  return requests.map(({ fetch }) => {
    const id = fetch === undefined ? undefined : left.shift();
    return id === undefined ? {} : { fetched: { kind: 'job', job: leasedJob({ id, leaseToken: fetch ?? '' }) } };
  });
}
