// A queue on trial: an engine that is open for one test, with all that a test opens of it.
import { randomUUID } from 'node:crypto';
import type {
  CancelRequest,
  ConnectedBroker,
  ConnectedFleet,
  DeadLetterStore,
  Engine,
  LeasedJob,
  Liveness,
  QueueAdmin,
  ReapReport,
  ReapRules,
  WakeSignal,
} from '@acktor/core/engine';
import { leaseOf, TestQueue } from './test-queue.js';

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

export class QueueTrial extends TestQueue {
  readonly #ground: Ground;

  /** Another queue of the same broker. */
  constructor(of: QueueTrial | Ground, name: string) {
    const ground = of instanceof QueueTrial ? of.#ground : of;
    super(ground.connected.broker, name);
    this.#ground = ground;
  }

  static async open(opened: OpenedEngine): Promise<QueueTrial> {
    const namespace = `conformance-${randomUUID()}`;
    const connected = await opened.engine.openBroker({ namespace, ...OPENING });
    return new QueueTrial({ ...opened, namespace, connected, opened: new Set() }, 'trial');
  }

  get engine(): Engine {
    return this.#ground.engine;
  }

  get admin(): QueueAdmin {
    return this.broker.admin();
  }

  get store(): DeadLetterStore {
    return this.broker.deadLetters(this.queue.name);
  }

  /** What the engine's clock says, in whole milliseconds. */
  async nowMs(): Promise<number> {
    return Math.floor(await this.store.nowMs());
  }

  override async pass(ms: number): Promise<void> {
    await (this.#ground.pass ? this.#ground.pass(ms) : super.pass(ms));
  }

  async close(): Promise<void> {
    for (const opened of this.#ground.opened) await opened.close();
    await this.#ground.connected.close();
    await this.#ground.close?.();
  }

  /** The liveness of a process that is present. Closed with the trial. */
  async liveness(process: string, { onCancel = () => undefined }: LivenessDeps = {}): Promise<Liveness> {
    const liveness = await this.fleetLiveness(process);
    await liveness.appear(onCancel);
    return liveness;
  }

  /** The same before it has appeared. */
  async fleetLiveness(process: string): Promise<Liveness> {
    const { namespace, opened } = this.#ground;
    const opening = { namespace, process, queues: [this.queue.name], connectTimeoutMs: 10_000, holdOffMs: 100 };
    const liveness = await this.engine.openLiveness(opening);
    opened.add(liveness);
    return liveness;
  }

  /** A view of the fleet. Closed with the trial. */
  async fleet(): Promise<ConnectedFleet> {
    const { namespace, opened } = this.#ground;
    const fleet = await this.engine.openFleet({ namespace, connectTimeoutMs: 10_000 });
    opened.add(fleet);
    return fleet;
  }

  /** One turn of the reaper, as soon as there is one to be had. */
  async reap(liveness: Liveness, rules: Partial<ReapRules> = {}): Promise<ReapReport> {
    await this.pass(2);
    return liveness.reap({ ...ORDINARY_RULES, ...rules });
  }

  /** Reaps until something is given back. Returns the ids, the oldest turn first. */
  async reapUntilReturned(liveness: Liveness, rules: Partial<ReapRules> = {}): Promise<readonly string[]> {
    for (;;) {
      const { returnedJobIds } = await this.reap(liveness, rules);
      if (returnedJobIds.length > 0) return returnedJobIds;
      await this.pass(10);
    }
  }

  /** Resolves when the lease, which is not renewed, is over. */
  async untilExpired(job: LeasedJob): Promise<void> {
    while (await this.queue.progress(leaseOf(job), '0')) await this.pass(1);
  }

  /** Waits for work for so long, and lets that time pass. */
  async waitFor(ms: number): Promise<WakeSignal> {
    const [woken] = await Promise.all([this.queue.waitForWork(ms), this.pass(ms)]);
    return woken;
  }
}

interface LivenessDeps {
  readonly onCancel?: (request: CancelRequest) => void;
}

/** What a promise rejects with; undefined when it resolves. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const OPENING = { name: 'acktor-test', connectTimeoutMs: 10_000 };
const ORDINARY_RULES: ReapRules = {
  deliveryLimit: 20,
  intervalMs: 1,
  graceMs: 50,
  holdOffMs: 100,
  longestGapMs: 60_000,
  usesPresence: true,
};
