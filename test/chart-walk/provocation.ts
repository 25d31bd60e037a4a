// How each event of the consumer's chart is brought about on a real worker.
import { Producer } from '@acktor/core';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import type { Worker } from '@acktor/worker';
import type { Doors } from './doors.js';
import type { RouteStep } from './route.js';
import { walked } from './walk-job.js';
import type { WalkOrder } from './walking-process.js';

export interface ProvocationDeps extends Pick<WalkOrder, 'redis' | 'namespace' | 'jobs'> {
  readonly doors: Doors;
  /** The worker, once it runs. */
  readonly worker: Promise<Worker>;
  /** Lets the handler end as its job is meant to. */
  readonly endHandler: () => void;
}

type EventName = RouteStep['event'];

export class Provocation {
  readonly #deps: ProvocationDeps;

  constructor(deps: ProvocationDeps) {
    this.#deps = deps;
  }

  /**
   * Sets the doors, at once, for what is to come, and makes the next of these steps happen. A call that is to fail waits until
   * it must; a reply waits until it is due, so that what is to come before it can.
   */
  async provoke(steps: readonly RouteStep[]): Promise<void> {
    const [next] = steps;
    if (next === undefined) return;
    const { calls, replies } = this.#deps.doors;
    const isDue = ANSWERS.has(next.event);
    const answer = steps.find(({ event }) => ANSWERS.has(event));
    if (answer && FAILURES.has(answer.event)) calls.shut();
    if (!isDue) replies.shut();
    await this.#means[next.event]?.();
    if (isDue) this.letAllPass();
  }

  letAllPass(): void {
    this.#deps.doors.calls.open();
    this.#deps.doors.replies.open();
  }

  /** What needs no means happens by itself: there are jobs, and the doors are open. */
  readonly #means: Readonly<Partial<Record<EventName, () => unknown>>> = {
    'work.ready': () => (this.#firstJob === undefined ? this.#giveSign() : undefined),
    'handler.returned': () => this.#deps.endHandler(),
    'handler.rejected': () => this.#deps.endHandler(),
    'lease.lost': () => this.#takeLease(),
    'settlement.refused': () => this.#takeLease(),
    'settlement.interrupted': () => this.#deps.doors.cutAtNextCall(),
    'job.cancelled': () => this.#cancel(),
    'stop.requested': () => this.#stop(),
  };

  /** A sign of work that is not there, as when another was quicker. */
  async #giveSign(): Promise<void> {
    await this.#onServer((client) => client.zadd(this.#key('marker'), 0, '0'));
  }

  async #stop(): Promise<void> {
    const worker = await this.#deps.worker;
    void worker.close();
  }

  /** As if another had been given the job: a lease that has merely expired is still ours to settle. */
  async #takeLease(): Promise<void> {
    await this.#onServer((client) => client.set(this.#key(`${this.#firstJob}:lock`), 'another|1', 'PX', 5_000));
  }

  async #cancel(): Promise<void> {
    const { redis, namespace } = this.#deps;
    await using producer = await Producer.connect({ redis, namespace });
    await producer.cancel(walked, this.#firstJob ?? '', { why: 'the walk wants it so' });
  }

  async #onServer(act: (client: Awaited<ReturnType<typeof connectRedis>>) => Promise<unknown>): Promise<void> {
    const client = await connectRedis(RedisAddress.parse(this.#deps.redis), { name: 'acktor-test-own' });
    await act(client).finally(() => client.disconnect());
  }

  #key(part: string): string {
    return `${this.#deps.namespace}:walk:${part}`;
  }

  get #firstJob(): string | undefined {
    return this.#deps.jobs[0];
  }
}

/** What the server's answers tell a consumer. */
const ANSWERS: ReadonlySet<EventName> = new Set([
  'delivery.received',
  'queue.empty',
  'settlement.stored',
  'settlement.refused',
  'settlement.interrupted',
]);

/** Those of them that something must be done for before the server sees the call. */
const FAILURES: ReadonlySet<EventName> = new Set(['settlement.refused', 'settlement.interrupted']);
