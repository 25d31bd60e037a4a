// A queue on trial: the engine's port with the words that tests use, and nothing of any one engine.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Broker,
  CancelRequest,
  ChannelReply,
  ConnectedBroker,
  ConnectedFleet,
  DeadLetterBox,
  Engine,
  FetchedJob,
  Lease,
  LeasedJob,
  OutgoingJob,
  OwnEnd,
  Pulse,
  QueueDesk,
  QueueGlance,
  ReapReport,
  ReapRules,
  SettleAndFetchOptions,
  Settlement,
  SettleOutcome,
  WorkQueue,
  WorkSign,
} from '@acktor/core/engine';

/** An engine for one test, and how to be done with it. */
export interface OpenedEngine {
  readonly engine: Engine;
  /** Lets so much of the engine's time pass; by default it passes by itself, and is waited for. */
  readonly pass?: (ms: number) => Promise<void>;
  close?(): Promise<void>;
}

/** What the trials of one test share. */
interface Ground extends OpenedEngine {
  readonly namespace: string;
  readonly connected: ConnectedBroker;
  readonly opened: Set<{ close(): Promise<void> }>;
}

export class QueueTrial {
  readonly queue: WorkQueue;
  readonly #ground: Ground;
  #lastToken = 0;

  /** Another queue of the same broker. */
  constructor(of: QueueTrial | Ground, name: string) {
    this.#ground = of instanceof QueueTrial ? of.#ground : of;
    this.queue = this.broker.workQueue(name);
  }

  static async open(opened: OpenedEngine): Promise<QueueTrial> {
    const namespace = `conformance-${randomUUID()}`;
    const connected = await opened.engine.openBroker({ namespace, ...OPENING });
    return new QueueTrial({ ...opened, namespace, connected, opened: new Set() }, 'trial');
  }

  get engine(): Engine {
    return this.#ground.engine;
  }

  get broker(): Broker {
    return this.#ground.connected.broker;
  }

  get desk(): QueueDesk {
    return this.broker.desk();
  }

  get box(): DeadLetterBox {
    return this.broker.deadLetters(this.queue.name);
  }

  /** What the engine's clock says, in whole milliseconds. */
  async nowMs(): Promise<number> {
    return Math.floor(await this.box.nowMs());
  }

  /** Lets so much of the engine's time pass. */
  async pass(ms: number): Promise<void> {
    await (this.#ground.pass ? this.#ground.pass(ms) : sleep(ms));
  }

  async close(): Promise<void> {
    for (const opened of this.#ground.opened) await opened.close();
    await this.#ground.connected.close();
    await this.#ground.close?.();
  }

  /** The pulse of a process that is present. Closed with the trial. */
  async pulse(process: string, { onCancel = () => undefined }: PulseParts = {}): Promise<Pulse> {
    const pulse = await this.fleetPulse(process);
    await pulse.appear(onCancel);
    return pulse;
  }

  /** The same before it has appeared. */
  async fleetPulse(process: string): Promise<Pulse> {
    const { namespace, opened } = this.#ground;
    const opening = { namespace, process, queues: [this.queue.name], connectTimeoutMs: 10_000, holdOffMs: 100 };
    const pulse = await this.engine.openPulse(opening);
    opened.add(pulse);
    return pulse;
  }

  /** Those who look at the fleet. Closed with the trial. */
  async fleet(): Promise<ConnectedFleet> {
    const { namespace, opened } = this.#ground;
    const fleet = await this.engine.openFleet({ namespace, connectTimeoutMs: 10_000 });
    opened.add(fleet);
    return fleet;
  }

  /** One turn of the reaper, as soon as there is one to be had. */
  async reap(pulse: Pulse, rules: Partial<ReapRules> = {}): Promise<ReapReport> {
    await this.pass(2);
    return pulse.reap({ ...ORDINARY_RULES, ...rules });
  }

  /** Reaps until something is given back. Returns the ids, the oldest turn first. */
  async reapUntilReturned(pulse: Pulse, rules: Partial<ReapRules> = {}): Promise<readonly string[]> {
    for (;;) {
      const { returnedJobIds } = await this.reap(pulse, rules);
      if (returnedJobIds.length > 0) return returnedJobIds;
      await this.pass(10);
    }
  }

  /** Resolves when the lease is over: nobody renews it. */
  async untilExpired(job: LeasedJob): Promise<void> {
    while (await this.queue.progress(leaseOf(job), '0')) await this.pass(1);
  }

  /** Waits for work for so long, and lets that time pass. */
  async waitFor(ms: number): Promise<WorkSign> {
    const [sign] = await Promise.all([this.queue.waitForWork(ms), this.pass(ms)]);
    return sign;
  }

  /** Sends jobs that are named by their ids, all ordinary but for what is said. */
  send(...jobs: readonly Partial<OutgoingJob>[]): ReturnType<Broker['send']> {
    return this.broker.send(
      this.queue.name,
      jobs.map((job) => ({ ...ordinaryJob(), ...job })),
    );
  }

  async fetchAny(
    token = this.newToken(),
    options: Partial<SettleAndFetchOptions> = {},
  ): Promise<FetchedJob | undefined> {
    return (await this.exchangeOne({ fetch: token }, options)).fetched;
  }

  /** The next readable job; undefined when none is ready. */
  async fetch(token = this.newToken(), options: Partial<SettleAndFetchOptions> = {}): Promise<LeasedJob | undefined> {
    const fetched = await this.fetchAny(token, options);
    return fetched?.kind === 'job' ? fetched.job : undefined;
  }

  /** The next job, which must be there. */
  async take(token = this.newToken(), options: Partial<SettleAndFetchOptions> = {}): Promise<LeasedJob> {
    const job = await this.fetch(token, options);
    if (job === undefined) throw new Error('expected a job to be ready, but the queue is empty');
    return job;
  }

  /** The ids of all that can be fetched now, in the order in which it is handed out. */
  async takeAll(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let job = await this.fetch(); job !== undefined; job = await this.fetch()) ids.push(job.record.id);
    return ids;
  }

  async settle(job: LeasedJob, settlement: Settlement): Promise<SettleOutcome | undefined> {
    const { settled, error } = await this.exchangeOne({ settle: { job, settlement } });
    if (error) throw error;
    return settled;
  }

  async exchangeOne(
    request: Parameters<WorkQueue['settleAndFetch']>[0][number],
    options: Partial<SettleAndFetchOptions> = {},
  ): Promise<ChannelReply> {
    const { replies } = await this.queue.settleAndFetch([request], { ...ORDINARY_CALL, ...options });
    const [reply] = replies;
    if (reply === undefined) throw new Error('expected a reply for the request');
    return reply;
  }

  async glance(): Promise<QueueGlance> {
    const { glance } = await this.queue.settleAndFetch([], { ...ORDINARY_CALL, wantsGlance: true });
    if (glance === undefined) throw new Error('expected a glance, for it was wanted');
    return glance;
  }

  /** Resolves when the next delayed job is due, by the server's clock. */
  async untilDue(): Promise<void> {
    for (;;) {
      const { nextDue } = await this.glance();
      if (nextDue === undefined || nextDue.inMs <= 0) return;
      await this.pass(nextDue.inMs);
    }
  }

  /** Takes every delivery from a process that is known to be dead, and gives its jobs back. Answers their ids. */
  async bury(process: string, deliveryLimit = 20): Promise<readonly string[]> {
    return (await this.broker.bury(this.queue.name, { process, deliveryLimit })).returned;
  }

  /** The same of a process that ended itself. Answers the ids that this is held against. */
  async buryOwnEnd(process: string, ownEnd: Partial<OwnEnd> = {}, deliveryLimit = 20): Promise<readonly string[]> {
    const end = {
      trials: { suspects: [], isAlone: false },
      poisonLimit: 3,
      how: 'it exited with code 1',
      lastLines: '',
      ...ownEnd,
    };
    return (await this.broker.bury(this.queue.name, { process, deliveryLimit, ownEnd: end })).suspected;
  }

  newToken(process = 'here'): string {
    this.#lastToken += 1;
    return `${process}|${this.#lastToken}`;
  }
}

export const ack: Settlement = { kind: 'ack', result: '{"ok":true}' };
export const requeue: Settlement = { kind: 'requeue' };
export const deadLetter: Settlement = { kind: 'deadLetter', failure: { reason: 'it cannot be', stack: 'Error: at x' } };

export function retry(delayMs: number): Settlement {
  return { kind: 'retry', delayMs, failure: { reason: 'not yet', stack: 'Error: at y' } };
}

interface PulseParts {
  readonly onCancel?: (request: CancelRequest) => void;
}

/** What a promise rejects with; undefined when it resolves. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const OPENING = { name: 'acktor-test', connectTimeoutMs: 10_000, ackedAgeSeconds: 3_600, ackedCount: 10_000 };
const ORDINARY_RULES: ReapRules = {
  deliveryLimit: 20,
  intervalMs: 1,
  graceMs: 50,
  holdOffMs: 100,
  longestGapMs: 60_000,
  usesPresence: true,
};

/** Every way to settle, for tests that hold for each. */
export const settlements: readonly (readonly [words: string, settlement: Settlement])[] = [
  ['an ack', ack],
  ['a dead letter', deadLetter],
  ['a retry at once', retry(0)],
  ['a retry later', retry(5_000)],
  ['a requeue', requeue],
  ['a requeue for later', { kind: 'requeue', afterMs: 5_000 }],
];

export function leaseOf({ record, leaseToken }: LeasedJob): Lease {
  return { jobId: record.id, leaseToken };
}

const ORDINARY_CALL: SettleAndFetchOptions = { leaseMs: 10_000, worker: 'here', wantsGlance: false };

function ordinaryJob(): OutgoingJob {
  return {
    id: `job-${randomUUID()}`,
    name: 'note',
    payload: '{"text":"hello"}',
    delayMs: 0,
    priority: 0,
    attempts: undefined,
    backoff: undefined,
  };
}
