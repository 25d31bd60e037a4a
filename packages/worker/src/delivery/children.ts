// The children that a handler adds to its job, and its waiting for them.
import { createHash } from 'node:crypto';
import {
  OptionsError,
  type AnyJob,
  type ChildOptions,
  type JsonLimits,
  type PayloadInput,
  type ResultOf,
} from '@acktor/core';
import type { ChildRef, JobChildren, LeasedJob, WorkQueue } from '@acktor/core/engine';
import {
  childOptions,
  checkName,
  decodeResult,
  encodePayload,
  outgoingJob,
  requireContract,
  sentMeta,
  traceOfSend,
} from '@acktor/core/internal';
import {
  ChildDeadError,
  ChildIdTakenError,
  DeliveryEndedError,
  LeaseLostError,
  WaitingForChildrenError,
} from '../errors.js';

/** The children of a job, all of which have ended. */
export interface EndedChildren {
  /** In the order of their ids, in which numbers count by their value. */
  readonly acked: readonly AckedChild[];
  /** Those that became dead letters, and were added with `ifDead: 'goOn'`. */
  readonly dead: readonly DeadChild[];
  /**
   * Resolves with the results of the acked children of that contract, by its queue and its name, as its result schema gives them, in the order
   * of {@link EndedChildren.acked}. One that this delivery has not added, and whose job is forgotten, counts by its queue. Rejects with a
   * ResultError when one is off the schema.
   */
  resultsOf<Child extends AnyJob>(job: Child): Promise<readonly ResultOf<Child>[]>;
}

/** A child that was acked. */
export interface AckedChild extends ChildRef {
  /** As it lies in the queue, not validated. */
  readonly result: unknown;
}

/** A child that became a dead letter. */
export interface DeadChild extends ChildRef {
  readonly reason: string;
}

/** What the children of one delivery go by. */
export interface ChildrenDeps {
  readonly leased: LeasedJob;
  readonly queue: Pick<WorkQueue, 'addChild' | 'children' | 'childNames'>;
  readonly limits: JsonLimits;
}

/** Adds children to a job, and finds out whether it has to wait for them. */
export class Children {
  readonly #deps: ChildrenDeps;
  readonly #adding: Promise<string>[] = [];
  /** The names of those that this delivery has added, or had before: no server need be asked for them. */
  readonly #names = new Map<string, string>();
  #unnamed = 0;
  #isOver = false;
  #waitsFor = 0;

  constructor(deps: ChildrenDeps) {
    this.#deps = deps;
  }

  /** How many children the delivery is to wait for; 0 when it is not to wait. */
  get waitsFor(): number {
    return this.#waitsFor;
  }

  /** The handler has returned: nothing is added any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Resolves with the child's id. Rejects as `delivery.addChild` says; not handled, that is seen by {@link Children.wait}. */
  add<J extends AnyJob>(job: J, data: PayloadInput<J>, given: ChildOptions = {}): Promise<string> {
    const adding = this.#add(job, data, given);
    adding.catch(() => undefined);
    this.#adding.push(adding);
    return adding;
  }

  /** Resolves with the children once all have ended, and rejects with a WaitingForChildrenError before. */
  async wait(): Promise<EndedChildren> {
    await Promise.all(this.#adding);
    const { leased, queue, limits } = this.#deps;
    this.#requireUnderWay();
    const children = await queue.children(leaseOf(leased));
    const { id } = leased.record;
    if (children === undefined) throw new LeaseLostError(id);
    const [fatal] = children.fatal;
    if (fatal) throw new ChildDeadError(id, fatal);
    this.#waitsFor = children.open;
    if (children.open > 0) throw new WaitingForChildrenError(id, children.open);
    return endedChildren(children, { limits, namesOf: (acked) => this.#namesOf(acked) });
  }

  async #namesOf(children: readonly ChildRef[]): Promise<readonly (string | undefined)[]> {
    const unknown = children.filter((child) => !this.#names.has(keyOf(child)));
    const found = unknown.length === 0 ? [] : await this.#deps.queue.childNames(unknown);
    const asked = new Map(unknown.map((child, i) => [keyOf(child), found[i]]));
    return children.map((child) => this.#names.get(keyOf(child)) ?? asked.get(keyOf(child)));
  }

  async #add<J extends AnyJob>(job: J, data: PayloadInput<J>, given: ChildOptions): Promise<string> {
    const { leased, queue, limits } = this.#deps;
    this.#requireUnderWay();
    requireContract(job, 'addChild');
    const { ifDead, ...options } = childOptions.check(given);
    requireTurnFor(job, options.key, leased);
    const id = this.#idOf(options.id);
    const meta = sentMeta(options.meta);
    const payload = await encodePayload(job, data, limits);
    const trace = traceOfSend({ queue: job.queue, name: job.name, id });
    const sendOptions = { ...options, reuseId: 'whenForgotten', dedup: undefined } as const;
    const sent = outgoingJob(job, { id, payload, trace, meta, options: sendOptions });
    const outcome = await queue.addChild(leaseOf(leased), { queue: job.queue, job: sent, ifDead });
    if (outcome === 'lost') throw new LeaseLostError(leased.record.id);
    if (outcome === 'taken') throw new ChildIdTakenError(leased.record.id, { queue: job.queue, id });
    this.#names.set(keyOf({ queue: job.queue, id }), job.name);
    return id;
  }

  /** The same with every delivery of the job, so that a handler that begins anew adds no child twice. */
  #idOf(chosen: string | undefined): string {
    if (chosen !== undefined) {
      checkName('id', chosen);
      return chosen;
    }
    const { queue, id, sentAtMs } = this.#deps.leased.record;
    const parent = createHash('sha256')
      .update(JSON.stringify([queue, id, sentAtMs]))
      .digest('base64url');
    this.#unnamed += 1;
    return `${parent.slice(0, ID_CHARS)}-${this.#unnamed}`;
  }

  #requireUnderWay(): void {
    if (this.#isOver) throw new DeliveryEndedError(this.#deps.leased.record.id);
  }
}

/** The parent keeps its turn while it waits: a child that waits for that turn would wait for ever, and the parent with it. */
function requireTurnFor({ queue, groups }: AnyJob, key: string | undefined, { record }: LeasedJob): void {
  if (key === undefined || key !== record.group?.key || queue !== record.queue || groups.concurrency > 1) return;
  const why = `the child would wait for the turn that job ${record.id} keeps while it waits for the child`;
  const message = `expected no key that the parent has as well, in a queue where it has one turn, got ${key} (${why}): leave it out, or give the contract more turns`;
  throw new OptionsError([{ option: 'key', message }]);
}

/** Of a digest, 96 bits. */
const ID_CHARS = 16;

function leaseOf({ record, leaseToken }: LeasedJob) {
  return { jobId: record.id, leaseToken };
}

/** Names of queues have no control characters. */
function keyOf({ queue, id }: ChildRef): string {
  return `${queue}\n${id}`;
}

interface Reading {
  readonly limits: JsonLimits;
  readonly namesOf: (children: readonly ChildRef[]) => Promise<readonly (string | undefined)[]>;
}

/** Returns them as a handler gets them. */
function endedChildren({ acked, dead }: JobChildren, { limits, namesOf }: Reading): EndedChildren {
  const inOrder = acked.toSorted((one, other) => byNumber.compare(one.id, other.id));
  return {
    acked: inOrder.map(({ queue, id, result }) => ({ queue, id, result: parsed(result) })),
    dead: dead.toSorted((one, other) => byNumber.compare(one.id, other.id)),
    resultsOf: async (job) => {
      requireContract(job, 'resultsOf');
      const ofQueue = inOrder.filter(({ queue }) => queue === job.queue);
      const names = await namesOf(ofQueue);
      const own = ofQueue.filter((_child, i) => (names[i] ?? job.name) === job.name);
      return Promise.all(own.map(async ({ result }) => decodeResult(job, result, limits)));
    },
  };
}

const byNumber = new Intl.Collator('en', { numeric: true });

/** Undefined for what another client has stored that is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
