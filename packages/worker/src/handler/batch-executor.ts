// Gathers deliveries until there are as many as a batch takes, or the first has waited long enough, and runs the function once for all of them.
import { onAbort } from '@acktor/core/engine';
import type { Delivery } from '../delivery/delivery.js';
import { BatchError } from '../errors.js';
import type { Batch } from './batch.js';
import type { Attempt, Executor } from './executor.js';
import type { BatchRules } from './handler.js';

/**
 * Runs a batch handler. Each delivery keeps its own consumer, lease, deadline and end: only the function is called once for those that have met
 * here. So a batch is no more than the consumers of its queue in one process.
 */
export class BatchExecutor implements Executor {
  readonly #rules: BatchRules;
  /** By the key of `by`. Each has a member at least, so that there are no more than consumers. */
  readonly #gatherings = new Map<string | undefined, Gathering>();

  constructor(rules: BatchRules) {
    this.#rules = rules;
  }

  async execute(delivery: Delivery, attempt: Attempt): Promise<unknown> {
    if (attempt.abortedBy) throw attempt.abortedBy;
    const key = this.#keyOf(delivery);
    const gathering = this.#gatherings.get(key) ?? this.#gather(key, attempt);
    const member = new Member(delivery, attempt, () => this.#leave(gathering, member));
    gathering.members.add(member);
    if (gathering.members.size >= this.#rules.size) this.#begin(gathering);
    return member.end;
  }

  #keyOf({ id, data }: Delivery): string | undefined {
    const { by } = this.#rules;
    if (by === undefined) return undefined;
    const key = by(data as never);
    if (typeof key === 'string' || typeof key === 'number') return String(key);
    throw new BatchError(`expected by(data) of job ${id} to return a text or a number, got ${typeof key}`);
  }

  #gather(key: string | undefined, { clock }: Attempt): Gathering {
    const timer = clock.setTimeout(() => this.#begin(gathering), this.#rules.timeoutMs);
    const gathering: Gathering = { key, members: new Set(), stop: () => clock.clearTimeout(timer) };
    this.#gatherings.set(key, gathering);
    return gathering;
  }

  /** One that is let go while it waits is in no batch. */
  #leave(gathering: Gathering, member: Member): void {
    gathering.members.delete(member);
    if (gathering.members.size === 0) this.#close(gathering);
  }

  #begin(gathering: Gathering): void {
    this.#close(gathering);
    for (const { stopWaiting } of gathering.members) stopWaiting();
    void runTogether([...gathering.members], gathering.key, this.#rules);
  }

  #close({ key, stop }: Gathering): void {
    stop();
    this.#gatherings.delete(key);
  }
}

interface Gathering {
  readonly key: string | undefined;
  readonly members: Set<Member>;
  /** Ends the wait for more. */
  readonly stop: () => void;
}

/** One delivery, from when it comes until the function has decided its end. */
class Member {
  readonly delivery: Delivery;
  readonly attempt: Attempt;
  readonly end: Promise<unknown>;
  readonly stopWaiting: () => void;
  #settle: { readonly resolve: (outcome: unknown) => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(delivery: Delivery, attempt: Attempt, leave: () => void) {
    this.delivery = delivery;
    this.attempt = attempt;
    this.end = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.stopWaiting = onAbort(attempt.signal(), () => {
      leave();
      this.reject(attempt.abortedBy);
    });
  }

  get isSettled(): boolean {
    return this.#settle === undefined;
  }

  /** Returns whether it counts: the first settlement does. */
  resolve(outcome: unknown): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.resolve(outcome);
    return settle !== undefined;
  }

  reject(error: unknown): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.reject(error);
    return settle !== undefined;
  }
}

/** Never rejects: what the function throws ends the deliveries that it has not settled. */
async function runTogether(members: readonly Member[], key: string | undefined, { run }: BatchRules): Promise<void> {
  try {
    const deliveries = members.map(({ delivery }) => delivery);
    const outcomes = outcomesOf(await run(deliveries, batchOf(members, key) as never), members);
    for (const [i, member] of members.entries()) settleAs(member, outcomes?.[i]);
  } catch (error) {
    for (const member of members) member.reject(error);
  }
}

function outcomesOf(returned: unknown, { length }: readonly Member[]): readonly unknown[] | undefined {
  if (returned === undefined) return undefined;
  const expected = `expected a batch handler to return nothing, or an array with an outcome for each of its ${length} deliveries, got`;
  if (!Array.isArray(returned)) throw new BatchError(`${expected} ${returned === null ? 'null' : typeof returned}`);
  if (returned.length !== length) throw new BatchError(`${expected} one of ${returned.length}`);
  return returned as readonly unknown[];
}

/** An error in the place of a result rejects that delivery alone. */
function settleAs(member: Member, outcome: unknown): void {
  if (outcome instanceof Error) member.reject(outcome);
  else member.resolve(outcome);
}

function batchOf(members: readonly Member[], key: string | undefined): Batch<never> {
  const byDelivery = new Map(members.map((member) => [member.delivery, member]));
  const memberOf = (delivery: Delivery): Member => {
    const member = byDelivery.get(delivery);
    if (member) return member;
    throw new BatchError('expected a delivery of this batch, as the handler was given it, got something else');
  };
  let signal: AbortSignal | undefined;
  return {
    key,
    get signal() {
      return (signal ??= jointSignal(members));
    },
    ack: (delivery, result) => memberOf(delivery).resolve(result),
    reject: (delivery, why) => memberOf(delivery).reject(why),
  };
}

/** Aborts when each delivery that is not settled is to let go. */
function jointSignal(members: readonly Member[]): AbortSignal {
  const controller = new AbortController();
  const look = () => {
    const open = members.filter(({ isSettled }) => !isSettled);
    if (open.length > 0 && open.every(({ attempt }) => attempt.abortedBy)) controller.abort(open[0]?.attempt.abortedBy);
  };
  for (const { attempt } of members) onAbort(attempt.signal(), look);
  look();
  return controller.signal;
}
