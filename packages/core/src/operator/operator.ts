// Inspects queues and acts on them: what people on call do, for tools and views.
import type { CancelOutcome } from '../engine/broker.js';
import type { DeadLetterStore } from '../engine/dead-letter-store.js';
import { Actors } from '../actors/actors.js';
import { engineFor } from '../engine/default-engine.js';
import type { ConnectedBroker } from '../engine/engine.js';
import { forInspection } from '../engine/broker-options.js';
import { checkId, checkName } from '../contract/names.js';
import { cancelFlow, readFlow, type FlowDetails } from '../flows/flows.js';
import { Schedules, schedulesAfterwards } from '../schedules/schedules.js';
import { DeadLetters } from '../dead-letters/dead-letters.js';
import { cancelOptions, type CancelOptions } from '../producer/producer-options.js';
import { clear, moveAll, promoteAll } from './bulk-runs.js';
import {
  inspectOptions,
  jobListOptions,
  operatorOptions,
  pauseOptions,
  type BulkOutcome,
  type ClearOptions,
  type InspectOptions,
  type JobListing,
  type JobListOptions,
  type MoveOptions,
  type OperatorOptions,
  type PauseOptions,
  type PromoteOptions,
} from './operator-options.js';
import {
  joinedDeaths,
  type JobDetails,
  type JobSummary,
  type ProcessDeath,
  type QueueDepth,
  type QueueAdmin,
  type QueueLimits,
} from './queue-admin.js';
import { QueueNotFoundError } from './queue-not-found.js';
import type { QueueFault, QueueInspection, RepairOutcome } from './queue-fault.js';
import { Exchanges } from '../routing/exchanges.js';
import { Keys } from './keys.js';
import { changeIn, queueLimitOptions, type QueueLimitOptions } from './limits.js';

/** Not exported, so that no other code can make an operator that is not connected. */
class OperatorDeps {
  constructor(
    readonly connected: ConnectedBroker,
    readonly namespace: string,
  ) {}
}

/**
 * Looks into the queues of a namespace and acts on them. It needs no contracts: queues and jobs go by their names, those of
 * plain BullMQ clients, too. Every method throws ConnectionLostError when the connection breaks before the answer,
 * ServerRefusalError when the server refuses, ClosedError after `close()`, and NameError for an invalid queue or id. Methods that read or
 * change the jobs of a queue throw QueueNotFoundError, with the nearest name, for a queue that was never used.
 *
 * @example
 * await using operator = await Operator.connect();
 * for (const { queue, waiting } of await operator.queues()) console.log(queue, waiting);
 */
export class Operator {
  readonly #connected: ConnectedBroker;
  readonly #namespace: string;
  readonly #known = new Set<string>();

  /** Only for {@link Operator.connect}, but public: a container takes no class under whose name it could not build anything. */
  constructor({ connected, namespace }: OperatorDeps) {
    this.#connected = connected;
    this.#namespace = namespace;
  }

  /**
   * Connects. A server that may lose jobs is not refused: an operator must be able to inspect it.
   *
   * Without `engine` and `redis` it takes REDIS_URL from the environment; without that, unless NODE_ENV is production, it starts, or joins, the embedded server.
   * @throws OptionsError, AddressError, BrokerUnreachableError, MissingRightsError, ServerTooOldError, ServerBinaryMissingError, ServerStartError; nothing is left open.
   */
  static async connect(options: OperatorOptions = {}): Promise<Operator> {
    const checked = operatorOptions.check(options);
    const engine = engineFor(checked, options);
    const connected = await engine.openBroker(forInspection('acktor-operator', checked, 'operator'));
    return new Operator(new OperatorDeps(connected, checked.namespace));
  }

  /** Where the queues are, without a password; for people. */
  get address(): string {
    return this.#connected.address;
  }

  /** What all keys of these queues begin with. */
  get namespace(): string {
    return this.#namespace;
  }

  /** The names of all queues that a worker or a producer of Acktor ever used, or that were discovered, in order. */
  async queueNames(): Promise<readonly string[]> {
    return this.#admin.queueNames();
  }

  /**
   * Finds queues that only plain BullMQ clients used, remembers them, and resolves with the names of all. Scans the names of all keys of
   * the server: about a second for a million, in short calls between which the server serves others.
   */
  async discoverQueues(): Promise<readonly string[]> {
    return this.#admin.discoverQueues();
  }

  /** How full all queues are, by name. */
  async queues(): Promise<readonly QueueDepth[]> {
    const names = await this.#admin.queueNames();
    return Promise.all(names.map((name) => this.#admin.depth(name)));
  }

  /** How full one queue is; all zeros for one that was never used. */
  async queue(queue: string): Promise<QueueDepth> {
    checkName('queue', queue);
    return this.#admin.depth(queue);
  }

  /**
   * The processes that died while they held jobs, the last first, each once, whichever queues it served. The last hundred of each queue
   * are kept, for a day. A process that held nothing when it died is not among them.
   */
  async deaths(): Promise<readonly ProcessDeath[]> {
    const names = await this.#admin.queueNames();
    const all = await Promise.all(names.map(async (queue) => ({ queue, deaths: await this.#admin.deaths(queue) })));
    return joinedDeaths(all);
  }

  /**
   * Lists jobs, without their payloads. Waiting jobs come in the order in which they will be fetched, delayed ones by when they
   * are due, active ones by when they were fetched, those that wait for children by when they began to; acked ones and dead letters newest first. A queue that moves between two
   * pages may repeat or pass over jobs.
   * @throws OptionsError
   */
  async jobs(queue: string, options: JobListOptions): Promise<JobListing> {
    const { place, limit, cursor = '0' } = jobListOptions.check(options);
    await this.#requireQueue(queue);
    const offset = Number(cursor);
    const { jobs, hasMore } = await this.#admin.jobs(queue, { place, limit, offset });
    return { jobs, cursor: hasMore ? String(offset + limit) : undefined };
  }

  /** One job with its payload, result, log and attempts; undefined when the queue knows no job of that id. */
  async job(queue: string, id: string): Promise<JobDetails | undefined> {
    checkId(id);
    await this.#requireQueue(queue);
    return this.#admin.job(queue, id);
  }

  /** The jobs of that id, in whichever queues: an id is unique within its queue only. */
  async find(id: string): Promise<readonly JobSummary[]> {
    checkId(id);
    const queues = await this.#admin.queueNames();
    const found = await Promise.all(queues.map((queue) => this.#admin.find(queue, id)));
    return found.filter((job) => job !== undefined);
  }

  /**
   * Consumers finish what they hold and fetch no more of this queue, in the whole fleet, until it is resumed; those of plain
   * BullMQ, too. Producers go on sending. May be repeated, and survives restarts of everything. A queue that was never used is
   * refused, because its name may be misspelt; with `allowUnused` it is paused before its first job. @throws OptionsError.
   */
  async pause(queue: string, options: PauseOptions = {}): Promise<void> {
    const { allowUnused } = pauseOptions.check(options);
    if (allowUnused) checkName('queue', queue);
    else await this.#requireQueue(queue);
    await this.#admin.pause(queue);
  }

  /** Lets a paused queue go on, at once. May be repeated. */
  async resume(queue: string): Promise<void> {
    await this.#requireQueue(queue);
    await this.#admin.resume(queue);
  }

  /** The limits that are stored with the queue: what `limit()`, or a BullMQ client, has set. Limits that are options of workers are none of them. */
  async limits(queue: string): Promise<QueueLimits> {
    await this.#requireQueue(queue);
    return this.#admin.limits(queue);
  }

  /**
   * Limits how many jobs of the queue are under way at a time, and how many begin in a span, in the whole fleet, from now on; those of plain
   * BullMQ, too, whose global concurrency and rate limit these are. What is left out stays, `'none'` takes it away. @throws OptionsError.
   */
  async limit(queue: string, options: QueueLimitOptions): Promise<void> {
    const change = changeIn(queueLimitOptions.check(options));
    await this.#requireQueue(queue);
    await this.#admin.limit(queue, change);
  }

  /** Makes a delayed job due at once, also one that waits for the rate of its key. Resolves with whether it was delayed. */
  async runNow(queue: string, id: string): Promise<boolean> {
    checkId(id);
    await this.#requireQueue(queue);
    return this.#admin.runNow(queue, id);
  }

  /**
   * Makes all jobs due at once that are delayed now, the first due first, in bounded calls. Left are runs that keep a schedule going, and jobs that
   * wait for the rate of their key. @throws OptionsError.
   */
  async promoteAll(queue: string, options: PromoteOptions = {}): Promise<BulkOutcome> {
    await this.#requireQueue(queue);
    return promoteAll(this.#admin, queue, options);
  }

  /**
   * Removes all jobs for good that wait, are delayed or were acked, the oldest first, in bounded calls; none that is under way, and nothing that
   * keeps a schedule going. Receipts of jobs that had not ended reject with JobGoneError. @throws OptionsError.
   */
  async clear(queue: string, options: ClearOptions): Promise<BulkOutcome> {
    await this.#requireQueue(queue);
    return clear(this.#admin, queue, options);
  }

  /**
   * Moves all jobs of a place to another queue, in bounded calls: each in one step, with its id, payload, options, fence, history and steps; a dead
   * letter waits there, its attempts afresh. Left are runs of schedules, members of flows, jobs of a key, and jobs whose id the other queue knows. A receipt
   * of a job that has moved rejects with JobGoneError. @throws OptionsError; EngineFeatureError in a cluster whose slots part the queues.
   */
  async moveAll(queue: string, to: string, options: MoveOptions): Promise<BulkOutcome> {
    await this.#requireQueue(queue);
    checkName('queue', to);
    return moveAll(this.#admin, { queue, to }, options);
  }

  /**
   * Cancels a job wherever it is, as {@link Producer.cancel} does: one that waits is removed, one that is under way is let go
   * by its handler and dead-lettered. Of a flow all of it is cancelled. May be repeated. @throws OptionsError.
   */
  async cancel(queue: string, id: string, options: CancelOptions = {}): Promise<CancelOutcome> {
    const { why } = cancelOptions.check(options);
    checkId(id);
    await this.#requireQueue(queue);
    const { broker } = this.#connected;
    return (await cancelFlow(broker, queue, { id, why })) ?? broker.cancel(queue, id, why);
  }

  /** A flow with its steps; undefined for any other job, and for a flow whose steps have not begun. */
  async flow(queue: string, id: string): Promise<FlowDetails | undefined> {
    checkId(id);
    await this.#requireQueue(queue);
    return readFlow(this.#connected.broker, queue, id);
  }

  /**
   * Looks through the keys of all queues for what is out of place: jobs in no list, leases without a job or a worker, records and values where
   * the queue keeps something else. Changes nothing. Sees every key once, in short calls between which the server serves
   * others; it sees what `mostKeys` allows. Where it is not whole, what it found is still so. @throws OptionsError.
   */
  async inspect(options: InspectOptions = {}): Promise<QueueInspection> {
    return this.#admin.inspect(inspectOptions.check(options));
  }

  /**
   * Puts what an inspection found into its place: an unlisted job waits again, or is listed among those that ended, if it did; a stray lease is
   * removed; what an absent worker held is given back; a misplaced job gets another id, and is a dead letter with the reason. What has another
   * type is left to you. Looks again first, so it may be repeated, and a crash midway leaves each fault as it was, or mended.
   */
  async repair(fault: QueueFault): Promise<RepairOutcome> {
    checkName('queue', fault.queue);
    return this.#admin.repair(fault);
  }

  /** The dead letters of a queue. For a queue that was never used, its methods throw QueueNotFoundError. @throws NameError. */
  deadLetters(queue: string): DeadLetters {
    checkName('queue', queue);
    const store = this.#connected.broker.deadLetters(queue);
    return new DeadLetters({ queue, jobName: undefined, store: afterwards(() => this.#requireQueue(queue), store) });
  }

  /**
   * The schedules of a queue, those of plain BullMQ clients among them. For a queue that was never used, its methods throw
   * QueueNotFoundError. @throws NameError.
   */
  schedules(queue: string): Schedules {
    checkName('queue', queue);
    const { broker } = this.#connected;
    const store = schedulesAfterwards(() => this.#requireQueue(queue), broker.schedules(queue));
    return new Schedules({ queue, store, broker });
  }

  /** The keys that jobs of a queue are grouped by: how many wait, limits, pauses. @throws NameError. */
  keys(queue: string): Keys {
    checkName('queue', queue);
    const store = this.#connected.broker.keys(queue);
    return new Keys({ store, requireQueue: () => this.#requireQueue(queue) });
  }

  /** The actors whose mail is in a queue: counted by state, listed, and one by one. @throws NameError. */
  actors(queue: string): Actors {
    checkName('queue', queue);
    return new Actors(this.#connected.broker.records(queue));
  }

  /** The exchanges of the namespace: what is bound to them, and where a key would go. @throws EngineFeatureError where the engine has none. */
  exchanges(): Exchanges {
    return new Exchanges(this.#connected.broker.exchanges());
  }

  /** Closes the connection. May be called twice. */
  close(): Promise<void> {
    return this.#connected.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Asks the server once for each queue: a known queue stays known. */
  async #requireQueue(queue: string): Promise<void> {
    checkName('queue', queue);
    if (this.#known.has(queue)) return;
    if (!(await this.#admin.knows(queue))) {
      const { address, namespace } = this;
      throw new QueueNotFoundError(queue, { address, namespace, queues: await this.queueNames() });
    }
    this.#known.add(queue);
  }

  get #admin(): QueueAdmin {
    return this.#connected.broker.admin();
  }
}

/** The same store, whose methods wait for `check` first. */
function afterwards(check: () => Promise<void>, store: DeadLetterStore): DeadLetterStore {
  return {
    count: () => check().then(() => store.count()),
    nowMs: () => check().then(() => store.nowMs()),
    read: (ids) => check().then(() => store.read(ids)),
    redrive: (deaths, payload) => check().then(() => store.redrive(deaths, payload)),
    purge: (deaths) => check().then(() => store.purge(deaths)),
    async *scan(span) {
      await check();
      yield* store.scan(span);
    },
  };
}
