// Reports each dead job by a job of its own, added with the dead letter, and runs the listeners of these.
import { decodePayload, DeadLetters, type AnyJob, type DeadLetter } from '@acktor/core';
import type {
  ChannelRequest,
  DeadLetterStore,
  LeasedJob,
  QueuedSend,
  Settlement,
  WorkQueue,
} from '@acktor/core/engine';
import { outgoingJob, sendWithAckOptions, type GuardedLog } from '@acktor/core/internal';
import type { Delivery, DeliveryLimits } from '../delivery/delivery.js';
import type { Executor } from '../handler/executor.js';
import { ALL_OTHERS } from '../handler/handler.js';
import type { HandlerEntry, QueueHandlers } from '../handler/handler-registry.js';
import {
  mostNoticeBytes,
  noticeContract,
  noticesOf,
  onDeadQueue,
  writeNotice,
  type DeathNotice,
} from './death-notice.js';
import type { DeadJob, DeadListener } from './on-dead.js';

/** What {@link DeadJobs} is made of. */
export interface DeadJobsDeps {
  readonly listeners: readonly DeadListener[];
  readonly lettersOf: (queue: string) => DeadLetterStore;
  readonly limits: DeliveryLimits;
  readonly log: GuardedLog;
}

/** Adds the notices of deaths to the requests that store them. */
export type ReportDeaths = (requests: readonly ChannelRequest[]) => readonly ChannelRequest[];

/** The listeners of one worker. */
export class DeadJobs {
  readonly #deps: DeadJobsDeps;
  /** By the queue of the dead jobs, and their name. */
  readonly #contracts = new Map<string, ReadonlyMap<string, AnyJob>>();
  /** The queues of the notices, with what handles them. */
  readonly queues: ReadonlyMap<string, QueueHandlers>;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(deps: DeadJobsDeps) {
    this.#deps = deps;
    const queues = new Map<string, QueueHandlers>();
    for (const queue of new Set(deps.listeners.map(({ job }) => job.queue))) {
      const entries = this.#entriesOf(queue);
      queues.set(onDeadQueue(queue), entries);
      this.#contracts.set(queue, new Map([...entries].map(([name, { job }]) => [name, job])));
    }
    this.queues = queues;
  }

  /**
   * Returns what reports the deaths of a queue: those that have listeners here, and those that have some in other processes, which it asks
   * for at once and every ten seconds. Undefined for the queue of the notices themselves.
   * @throws EngineFeatureError when there are listeners here, and the engine sends nothing with a settlement.
   */
  reporting(queue: WorkQueue): ReportDeaths | undefined {
    if (this.queues.has(queue.name) || !this.#maySend(queue)) return undefined;
    const own = this.#contracts.get(queue.name) ?? new Map<string, AnyJob>();
    let all: ReadonlySet<string> = new Set(own.keys());
    const ask = async () => {
      all = new Set([...own.keys(), ...(await queue.deathListeners([...own.keys()]))]);
    };
    const askSoon = () =>
      void ask().catch((error: unknown) => this.#deps.log.debug({ err: error, queue: queue.name }, NOT_KNOWN));
    askSoon();
    this.#timers.push(setInterval(askSoon, ASKED_EVERY_MS).unref());
    const contractOf = (name: string) =>
      own.get(name) ??
      own.get(ALL_OTHERS) ??
      (all.has(name) || all.has(ALL_OTHERS) ? noticesOf(queue.name) : undefined);
    return (requests) => (all.size === 0 ? requests : requests.map((request) => this.#report(request, contractOf)));
  }

  /** Asks no more for listeners in other processes. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #maySend(queue: WorkQueue): boolean {
    try {
      queue.requireSendTo(onDeadQueue(queue.name));
      return true;
    } catch (error) {
      if (this.#contracts.has(queue.name)) throw error;
      return false;
    }
  }

  #report(request: ChannelRequest, contractOf: (name: string) => AnyJob | undefined): ChannelRequest {
    const { settle } = request;
    if (settle?.settlement.kind !== 'deadLetter') return request;
    const contract = contractOf(settle.job.record.name);
    if (contract === undefined) return request;
    const settlement = this.#reported(settle.job, settle.settlement, contract);
    return { ...request, settle: { ...settle, settlement } };
  }

  /** The limits of the notices, which carry the payload of their dead job. */
  get limits(): DeliveryLimits {
    const { limits } = this.#deps;
    return { ...limits, maxPayloadBytes: mostNoticeBytes(limits) };
  }

  #reported(job: LeasedJob, settlement: DeadLettering, contract: AnyJob): Settlement {
    const { deliveries, sentAtMs, id: deadId } = job.record;
    const payload = writeNotice(job, settlement.failure, this.#deps.limits.maxPayloadBytes);
    // One for each death: a death that is stored again adds nothing, and a job that is sent anew under its id dies a death of its own.
    const parts = { id: `${deliveries}-${sentAtMs}-${deadId}`, payload, trace: job.record.trace, options: NO_OPTIONS };
    const { name, meta } = job.record;
    const notice: QueuedSend = { queue: contract.queue, job: { ...outgoingJob(contract, parts), name, meta } };
    return { ...settlement, sends: [...(settlement.sends ?? []), notice] };
  }

  #entriesOf(queue: string): QueueHandlers {
    const ofQueue = this.#deps.listeners.filter(({ job }) => job.queue === queue);
    const names = new Set(ofQueue.map(({ job }) => job.name));
    const entryOf = (name: string) => this.#entryOf(ofQueue.filter(({ job }) => job.name === name));
    return new Map([...names].map((name) => [name, entryOf(name)]));
  }

  #entryOf(listeners: readonly DeadListener[]): HandlerEntry {
    const [{ job }] = listeners as readonly [DeadListener, ...DeadListener[]];
    const injected = { name: `onDead(${job.name})`, handlerClass: undefined, inject: [], provided: new Set<never>() };
    return { job: noticeContract(job), executor: new ListenerExecutor(listeners, this.#deps), injected };
  }
}

const ASKED_EVERY_MS = 10_000;
const NOT_KNOWN = 'whether dead jobs have listeners in other processes is not known';

type DeadLettering = Extract<Settlement, { readonly kind: 'deadLetter' }>;

const NO_OPTIONS = sendWithAckOptions.check();

/** Calls the listeners with the job that a notice is about. */
class ListenerExecutor implements Executor {
  readonly #listeners: readonly DeadListener[];
  readonly #deps: DeadJobsDeps;

  constructor(listeners: readonly DeadListener[], deps: DeadJobsDeps) {
    this.#listeners = listeners;
    this.#deps = deps;
  }

  /** All of them are called, each time: what one throws is no reason to pass over another. */
  async execute({ data, sentAt, name, meta }: Delivery): Promise<void> {
    const notice = data as DeathNotice;
    const failures: unknown[] = [];
    for (const { job: declared, listener } of this.#listeners) {
      const job = declared.name === ALL_OTHERS ? { ...declared, name } : declared;
      const dead = await this.#deadJob(job, notice, { deadAt: sentAt, meta });
      try {
        await listener(dead as DeadJob<never>);
      } catch (error) {
        const facts = { err: error, job: notice.id, name: job.name };
        this.#deps.log.error(facts, 'a listener for dead jobs failed, and is called again');
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async #deadJob(job: AnyJob, notice: DeathNotice, of: Pick<DeadLetter, 'deadAt' | 'meta'>): Promise<DeadJob> {
    const { queue, name: jobName } = job;
    const letters = new DeadLetters({ queue, jobName, store: this.#deps.lettersOf(queue) });
    const letter = await letters.get(notice.id);
    const isKept = letter?.deliveries === notice.deliveries;
    const known = isKept ? letter : letterOf(notice, { queue, jobName, ...of });
    return { ...known, isKept, job, data: await this.#dataOf(job, known) };
  }

  async #dataOf(job: AnyJob, { payload, version }: DeadLetter): Promise<unknown> {
    const { maxPayloadBytes, maxPayloadDepth } = this.#deps.limits;
    try {
      return await decodePayload(job, payload, { version, maxPayloadBytes, maxPayloadDepth });
    } catch {
      return undefined;
    }
  }
}

function letterOf(notice: DeathNotice, known: Pick<DeadLetter, 'queue' | 'jobName' | 'deadAt' | 'meta'>): DeadLetter {
  const { payload = '', stack, sentAtMs, ...counts } = notice;
  return { ...counts, ...known, payload, stack, sentAt: new Date(sentAtMs), redrives: 0, history: [] };
}
