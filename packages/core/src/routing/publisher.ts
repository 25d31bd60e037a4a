// Publishes: routes a message by what this process knows of the exchanges, which the server checks as it takes it.
import { createHash } from 'node:crypto';
import { validate, encodePublished } from '../contract/payload.js';
import type { JsonLimits } from '../contract/json.js';
import { sentMeta, type Meta } from '../contract/meta.js';
import {
  ConfirmShortfallError,
  ConnectionLostError,
  QueueFullError,
  SendRefusedError,
  SendUnconfirmedError,
  ServerRefusalError,
  UnwritableCallError,
} from '../engine/broker-errors.js';
import type { Broker, Confirm, ConfirmDemand, SendOutcome, SendRefusal } from '../engine/broker.js';
import type { ExchangeStore } from '../engine/exchange-store.js';
import { NameError } from '../errors.js';
import { outgoingJob, type JobIds } from '../producer/outgoing-job.js';
import { steadyNowMs, within } from '../guarded.js';
import { traceSend } from '../tracing.js';
import type { JobTarget } from './binding.js';
import { requireExchange, type AnyExchange } from './exchange.js';
import { publishOptions, type PublishOptions } from './publish-options.js';
import { contractFor, Published, type RoutedJob } from './published.js';
import { ExchangeMismatchError, ExchangeNotFoundError, ExchangesBusyError, UnroutableError } from './routing-errors.js';
import { checkRoutingKey } from './topic-trie.js';
import { SWEEP_EVERY_MS, TemporaryQueues } from './temporary-queues.js';
import { Topology } from './topology.js';

/** What a producer publishes with. */
export interface PublisherDeps {
  readonly broker: Broker;
  readonly ids: JobIds;
  readonly options: JsonLimits & {
    readonly confirm: Confirm;
    readonly sendTimeoutMs: number;
    readonly confirmTimeoutMs: number;
  };
}

/** A message on its way: its jobs keep the ids that they were given first, however often it is routed anew. */
interface Message {
  readonly exchange: AnyExchange;
  readonly key: string;
  readonly id: string;
  readonly payload: string;
  readonly meta: Meta | undefined;
  readonly trace: string | undefined;
  readonly options: ReturnType<typeof publishOptions.check>;
  readonly ids: Map<string, string>;
}

type Jobs = readonly {
  readonly target: JobTarget;
  readonly queue: string;
  readonly job: ReturnType<typeof outgoingJob>;
}[];

export class Publisher {
  readonly #deps: PublisherDeps;
  /** Opened by the first publish: an engine may have none. */
  #opened: ExchangeStore | undefined;
  /** What was read last. The server refuses what was routed by an older version. */
  #topology: Topology | undefined;
  #sweptAtMs = -Infinity;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  get #store(): ExchangeStore {
    return (this.#opened ??= this.#deps.broker.exchanges());
  }

  /** @see Producer.publish */
  // oxlint-disable-next-line max-params -- where, under which key, what, and how: four different things
  async publish(exchange: AnyExchange, key: string, data: unknown, given?: PublishOptions): Promise<Published> {
    requireExchange(exchange, 'publish');
    checkRoutingKey(key);
    const options = publishOptions.check(given);
    const { confirm = this.#deps.options.confirm } = options;
    this.#deps.broker.requireConfirm(confirm);
    const id = this.#deps.ids.of(options);
    const meta = options.meta && sentMeta(options.meta);
    const payload = await encodePublished(exchange, data, this.#deps.options);
    await requireKeyOf(exchange, key);
    const jobs = await traceSend({ queue: exchange.name, name: key, id }, (trace) =>
      this.#deliver({ exchange, key, id, payload, meta, trace, options, ids: new Map() }, confirm),
    );
    if (this.#topology && this.#topology.temporary.length > 0) void this.#sweepAtTimes();
    return new Published(id, jobs, { broker: this.#deps.broker, limits: this.#deps.options });
  }

  /** Of a subscriber that was killed, messages would be kept for ever: who sends them removes its queue. What fails is done at the next time. */
  async #sweepAtTimes(): Promise<void> {
    if (steadyNowMs() - this.#sweptAtMs < SWEEP_EVERY_MS) return;
    this.#sweptAtMs = steadyNowMs();
    await new TemporaryQueues(this.#store).sweep().catch(() => undefined);
  }

  /** As a send does it: until the server has answered, or time is over. */
  async #deliver(message: Message, confirm: Confirm): Promise<readonly RoutedJob[]> {
    const { sendTimeoutMs, confirmTimeoutMs } = this.#deps.options;
    const demand = confirm === 'accepted' ? undefined : { confirm, timeoutMs: confirmTimeoutMs };
    const longestMs = sendTimeoutMs + 2 * (demand?.timeoutMs ?? 0);
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(new Error('the time was over')), longestMs);
    try {
      return await this.#deliverWithin(message, demand, giveUp.signal);
    } catch (error) {
      if (error instanceof UnwritableCallError) throw new SendRefusedError(message.id, error.message, { cause: error });
      if (error instanceof ServerRefusalError) throw new SendRefusedError(message.id, error.reply, { cause: error });
      if (!giveUp.signal.aborted) throw error;
      throw new SendUnconfirmedError(message.id, longestMs, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #deliverWithin(
    message: Message,
    demand: ConfirmDemand | undefined,
    limit: AbortSignal,
  ): Promise<readonly RoutedJob[]> {
    const store = this.#store;
    let isRepeat = false;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      try {
        const { version, jobs } = await within(this.#route(message), limit);
        const answer = await within(store.publish({ version, jobs, isRepeat }, demand), limit);
        if (answer !== 'stale') return answered({ message, jobs, isRepeat }, answer);
        this.#topology = undefined;
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
        isRepeat = true;
        // A connection that comes and goes is no reason to give up: time is.
        attempt = 0;
        await within(store.connected(demand?.confirm ?? 'accepted', limit), limit);
      }
    }
    throw new ExchangesBusyError(MOST_ATTEMPTS);
  }

  /** What this process knows may be too old to know the exchange: then it is read anew. */
  async #route(message: Message): Promise<{ readonly version: string; readonly jobs: Jobs }> {
    if (this.#topology) {
      try {
        return { version: this.#topology.version, jobs: jobsOf(message, this.#topology) };
      } catch (error) {
        if (!(error instanceof ExchangeNotFoundError || error instanceof ExchangeMismatchError)) throw error;
      }
    }
    this.#topology = new Topology(await this.#store.read());
    return { version: this.#topology.version, jobs: jobsOf(message, this.#topology) };
  }
}

/** Routed by another version each time: somebody changes the exchanges without a pause. */
const MOST_ATTEMPTS = 100;

function jobsOf(message: Message, topology: Topology): Jobs {
  const { exchange, key, meta } = message;
  const { type } = topology.exchange(exchange.name);
  if (type !== exchange.type)
    throw new ExchangeMismatchError(exchange.name, 'type', { declared: type, given: exchange.type });
  const targets = topology.route(exchange.name, { key, meta });
  const perQueue = new Map<string, number>();
  for (const { queue } of targets) perQueue.set(queue, (perQueue.get(queue) ?? 0) + 1);
  const published = { exchange: exchange.name, routingKey: key };
  return targets.map((target) => {
    const id = idFor(message, target, perQueue.get(target.queue) === 1);
    const { payload, trace, options } = message;
    const { maxLength } = target;
    const job = outgoingJob(contractFor(target), { id, payload, trace, meta, options: asSend(options), maxLength });
    return { target, queue: target.queue, job: { ...job, published } };
  });
}

function asSend(options: Message['options']): Parameters<typeof outgoingJob>[1]['options'] {
  return { ...options, reuseId: 'whenForgotten', dedup: undefined };
}

/** The message's own id, but where several jobs of one queue get it: a queue has an id once. */
function idFor({ id, ids }: Message, { queue, name }: JobTarget, isAlone: boolean): string {
  const place = JSON.stringify([queue, name]);
  const known = ids.get(place);
  if (known !== undefined) return known;
  const own = isAlone ? id : `${id.slice(0, LONGEST_STEM)}-${digest([id, name])}`;
  ids.set(place, own);
  return own;
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, DIGEST_LENGTH);
}

const DIGEST_LENGTH = 16;
/** With a digest behind it no longer than an id may be. */
const LONGEST_STEM = 128 - 1 - DIGEST_LENGTH;

interface Answered {
  readonly message: Message;
  readonly jobs: Jobs;
  readonly isRepeat: boolean;
}

type Answer = Exclude<Awaited<ReturnType<ExchangeStore['publish']>>, 'stale'>;

function answered({ message, jobs, isRepeat }: Answered, answer: Answer): readonly RoutedJob[] {
  const { id, exchange, key, options } = message;
  if ('refusal' in answer) throw refused(jobs[answer.at], answer.refusal);
  if (jobs.length === 0 && options.mandatory) throw new UnroutableError(exchange.name, key);
  if (answer.shortfall) throw new ConfirmShortfallError(id, answer.shortfall);
  const awaitedUntilMs = answer.isLater ? steadyNowMs() + AWAITED_MS : undefined;
  return jobs.map(({ target, job }, i) => ({
    target,
    id: job.id,
    outcome: outcomeOf(answer.outcomes[i], isRepeat),
    awaitedUntilMs,
  }));
}

/** How long a receipt waits for a job that its queue has later: it comes within a second of the publisher's death. */
const AWAITED_MS = 10_000;

/** What a repeat finds in the queue is what the first call left there. */
function outcomeOf(outcome: SendOutcome = 'accepted', isRepeat: boolean): SendOutcome {
  return isRepeat ? 'accepted' : outcome;
}

function refused(at: Jobs[number] | undefined, { refused: reply, full }: SendRefusal): Error {
  const { queue = '', job } = at ?? {};
  const jobId = job?.id ?? '';
  if (full) return new QueueFullError({ jobId, queue, most: job?.maxLength?.jobs ?? 0, ...full });
  return new SendRefusedError(jobId, `${reply} (queue ${queue})`);
}

/** @throws NameError for a key off the exchange's schema of keys. */
async function requireKeyOf({ name, keys }: AnyExchange, key: string): Promise<void> {
  if (keys === undefined) return;
  const outcome = await validate(keys, 'key', key);
  if (outcome.ok) return;
  const faults = outcome.faults.map(({ message }) => message).join('; ');
  throw new NameError(`expected a routing key of exchange ${name}: ${faults}`);
}
