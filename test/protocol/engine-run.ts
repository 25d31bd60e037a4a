// One trace of the specification on a real engine: asks what the trace asks, and sees what the server has then.
import type { LeasedJob, Liveness, OutgoingJob, ReapRules, Settlement, WorkQueue } from '@acktor/core/engine';
import { expect } from 'chai';
import type { Ground } from './lane.js';
import { numberOf, workerOf, type Delivery, type How, type Known, type Name, type Server } from './specification.js';
import type { Call } from './traced-world.js';

/** A worker process as its server sees it. */
export interface Presence {
  readonly process: string;
  readonly liveness: Liveness;
}

export interface EngineRunDeps {
  readonly ground: Ground;
  readonly queue: WorkQueue;
  readonly presences: Readonly<Record<Name, Presence>>;
  /** What the ids of the trace's jobs begin with. */
  readonly id: string;
  /** The number before the first token: a process uses each once. */
  readonly from: number;
}

/** What there is of a trace's jobs. */
interface Seen {
  readonly wait: readonly string[];
  readonly active: readonly string[];
  readonly places: readonly (string | undefined)[];
  readonly fences: readonly (number | undefined)[];
  readonly leases: readonly string[];
  /** By acks, in the second queue. */
  readonly added: readonly string[];
}

export class EngineRun {
  readonly #deps: EngineRunDeps;
  readonly #leased = new Map<string, LeasedJob>();

  constructor(deps: EngineRunDeps) {
    this.#deps = deps;
  }

  async begin(jobs: readonly string[]): Promise<void> {
    const { ground, queue } = this.#deps;
    await ground.broker.send(
      queue.name,
      jobs.map((job) => outgoing(this.#idOf(job))),
    );
  }

  /** Runs the script, and compares its answer. */
  async ask(call: Call): Promise<void> {
    switch (call.script) {
      case 'fetch':
        return expectSame(await this.#fetch(...call.args), call.answer);
      case 'settle':
        return expectSame(await this.#settle(...call.args), call.answer);
      case 'renew': {
        const lost = await this.#deps.queue.renew(
          call.args[0].map(({ token }) => this.#job(token)),
          LEASE_MS,
        );
        return expectSame(
          lost,
          call.answer.map((token) => this.#tokenOf(token)),
        );
      }
      case 'reconcile':
        return this.#expectReturned(await this.#reconcile(...call.args), call.answer);
      case 'reap':
        return this.#expectReturned(await this.#reap(call.args[0]), call.answer);
      case 'release': {
        const { ground, queue, presences } = this.#deps;
        const dead = { process: presences[call.args[0]].process, deliveryLimit: NO_LIMIT };
        const { returned } = await ground.broker.releaseDead(queue.name, dead);
        return this.#expectReturned(returned, call.answer);
      }
    }
  }

  async expire(token: string): Promise<void> {
    expectSame(await this.#deps.queue.renew([this.#job(token)], 0), []);
  }

  /** Compares what the engine has of these jobs with what the model has. */
  async compare(jobs: readonly string[], server: Server): Promise<void> {
    expectSame(await this.#seen(jobs), this.#expected(jobs, server));
  }

  async #seen(jobs: readonly string[]): Promise<Seen> {
    const { ground, queue } = this.#deps;
    const admin = ground.broker.admin();
    const span = { offset: 0, limit: 10 };
    const find = (name: string) => Promise.all(jobs.map((job) => admin.find(name, this.#idOf(job))));
    const [waiting, active, found, added] = await Promise.all([
      admin.jobs(queue.name, { place: 'waiting', ...span }),
      admin.jobs(queue.name, { place: 'active', ...span }),
      find(queue.name),
      find(nextOf(queue.name)),
    ]);
    const tokens = active.jobs.flatMap(({ id }) => this.#tokensOf(id));
    const leases = await Promise.all(tokens.map((token) => this.#heldUnder(token)));
    return {
      wait: waiting.jobs.map(({ id }) => id),
      active: active.jobs.map(({ id }) => id),
      places: found.map((job) => job?.place),
      fences: found.map((job) => job?.deliveries),
      leases: leases.flatMap((token) => token ?? []).toSorted(),
      added: added.flatMap((job) => job?.id ?? []).toSorted(),
    };
  }

  #expected(jobs: readonly string[], server: Server): Seen {
    const placeOf = (job: string) => {
      if (server.wait.includes(job)) return 'waiting';
      return server.active.includes(job) ? 'active' : 'acked';
    };
    const leases = server.active.flatMap((job) => server.record(job).lease ?? []);
    return {
      wait: server.wait.map((job) => this.#idOf(job)),
      active: server.active.map((job) => this.#idOf(job)),
      places: jobs.map(placeOf),
      fences: jobs.map((job) => server.record(job).fence),
      leases: leases.map((token) => this.#tokenOf(token)).toSorted(),
      added: server.added.map((job) => this.#idOf(job)).toSorted(),
    };
  }

  async #fetch(token: string): Promise<Delivery | undefined> {
    const { queue, presences } = this.#deps;
    const options = { leaseMs: LEASE_MS, worker: presences[workerOf(token)].process, wantsStatus: false };
    const { replies } = await queue.settleAndFetch([{ fetch: this.#tokenOf(token) }], options);
    const fetched = replies[0]?.fetched;
    if (fetched === undefined) return undefined;
    if (fetched.kind === 'unreadable') throw new Error(fetched.reason);
    const { record } = fetched.job;
    this.#leased.set(token, fetched.job);
    const job = record.id.slice(this.#deps.id.length);
    return { job, token, fence: record.deliveries, lost: record.leasesLost };
  }

  async #settle({ token }: Delivery, how: How): Promise<string | undefined> {
    const { queue, presences } = this.#deps;
    const job = this.#job(token);
    const sends = [{ queue: nextOf(queue.name), job: outgoing(job.record.id) }];
    const settlement: Settlement = how === 'ack' ? { kind: 'ack', result: '1', sends } : RETRY;
    const options = { leaseMs: LEASE_MS, worker: presences[workerOf(token)].process, wantsStatus: false };
    const { replies } = await queue.settleAndFetch([{ settle: { job, settlement } }], options);
    if (replies[0]?.error) throw replies[0].error;
    return replies[0]?.settled;
  }

  #reconcile({ worker, last, held }: Known): Promise<readonly string[]> {
    const { queue, presences, from } = this.#deps;
    const tokens = { process: presences[worker].process, last: from + last };
    return queue.reconcile(
      tokens,
      held.map((token) => this.#job(token)),
    );
  }

  async #reap(dead: readonly Name[]): Promise<readonly string[]> {
    const { ground, queue, presences } = this.#deps;
    await ground.freeTurn(queue.name);
    const { returnedJobIds, faults } = await presences[dead.includes('A') ? 'B' : 'A'].liveness.reap(RULES);
    expectSame(faults, []);
    return returnedJobIds;
  }

  #expectReturned(ids: readonly string[], jobs: readonly string[]): void {
    expectSame(ids.toSorted(), jobs.map((job) => this.#idOf(job)).toSorted());
  }

  /** The token, if the job is held under it now. */
  async #heldUnder(token: string): Promise<string | undefined> {
    const jobId = this.#job(token).record.id;
    const leaseToken = this.#tokenOf(token);
    return (await this.#deps.queue.progress({ jobId, leaseToken }, '0')) ? leaseToken : undefined;
  }

  #tokensOf(id: string): readonly string[] {
    return [...this.#leased].flatMap(([token, { record }]) => (record.id === id ? [token] : []));
  }

  #job(token: string): LeasedJob {
    const job = this.#leased.get(token);
    if (job === undefined) throw new Error(`the engine has leased nothing under ${token}`);
    return job;
  }

  #idOf(job: string): string {
    return this.#deps.id + job;
  }

  #tokenOf(token: string): string {
    const { presences, from } = this.#deps;
    return `${presences[workerOf(token)].process}|${from + numberOf(token)}`;
  }
}

/** The queue to which acks add jobs. */
function nextOf(queue: string): string {
  return `${queue}-next`;
}

function expectSame(found: unknown, expected: unknown): void {
  expect(found).to.deep.equal(expected);
}

function outgoing(id: string): OutgoingJob {
  return { id, name: 'note', payload: '1', delayMs: 0, priority: 0, attempts: undefined, backoff: undefined };
}

const RETRY: Settlement = { kind: 'retry', delayMs: 0, failure: { reason: 'again', stack: undefined } };
/** Longer than any run: leases expire where the trace says so. */
const LEASE_MS = 3_600_000;
const NO_LIMIT = 1_000_000;
const RULES: ReapRules = {
  deliveryLimit: NO_LIMIT,
  intervalMs: 1,
  graceMs: 0,
  holdOffMs: 0,
  longestGapMs: LEASE_MS,
  usesPresence: true,
};
