// Subscribers of an exchange: each with a queue of its own, which lives as long as it does, or one that is shared by its name, and stays.
import { randomBytes } from 'node:crypto';
import {
  bind,
  job,
  OptionsError,
  type AnyExchange,
  type Binding,
  type BindingArguments,
  type JobContract,
} from '@acktor/core';
import { defineOptions, engineFor, type ConnectedBroker, type OptionInput } from '@acktor/core/engine';
import { changeExchanges, requireExchange, retentionIn, TEMPORARY, TemporaryQueues } from '@acktor/core/internal';
import { handle, type HandlerFunction } from '../handler/handler.js';
import { Worker } from './worker.js';
import { workerOptions, type WorkerOptions } from './worker-options.js';

/** What a subscriber gets: the exchange's payload, as a job without a result. */
export type SubscribedJob<E extends AnyExchange> = JobContract<E['name'], E['data'], undefined>;

const subscribeTable = {
  name: {
    type: 'string',
    expected: '1 to 100 letters, digits, "_" or "-"',
    accepts: (text: string) => /^[A-Za-z0-9_-]{1,100}$/.test(text),
    doc: 'The name of a durable subscription: its queue stays when its subscribers are gone, and those of one name share its messages. A queue of its own, that goes with the subscriber, when left out.',
  },
  leaseMs: {
    type: 'ms',
    default: 30_000,
    min: 1_000,
    max: 3_600_000,
    doc: 'How long the queue of a subscriber without a name is kept when that was killed.',
  },
  maxWaiting: {
    type: 'count',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'How many messages may wait in its queue; the oldest goes for one too many.',
  },
  attempts: {
    type: 'count',
    default: 1,
    min: 1,
    max: 1_000,
    doc: 'How often a message is tried before it is a dead letter of the queue.',
  },
  worker: {
    type: 'value',
    default: {},
    expected: 'an object of options of Worker.start(), but handlers, flows and actors',
    accepts: (value: unknown): value is SubscriberWorker => typeof value === 'object' && value !== null,
    doc: 'The options of the worker that runs the handler: `redis`, `namespace`, `consumers`, `logger`, ….',
  },
} as const;

/** Of {@link Worker.start}, but for what it handles. */
export type SubscriberWorker = Partial<Omit<WorkerOptions, 'handlers' | 'flows' | 'actors'>>;

/** Checks the options of a subscription. */
export const subscribeOptions = defineOptions(subscribeTable);

// generated: SubscribeOptions

/** What {@link subscribe} takes behind its handler. */
export interface SubscribeOptions {
  /**
   * The name of a durable subscription: its queue stays when its subscribers are gone, and those of one name share its messages. A queue of
   * its own, that goes with the subscriber, when left out.
   */
  readonly name?: OptionInput<typeof subscribeTable, 'name'> | undefined;
  /**
   * How long the queue of a subscriber without a name is kept when that was killed. In milliseconds, from 1000 to 3600000; by default
   * 30000.
   */
  readonly leaseMs?: OptionInput<typeof subscribeTable, 'leaseMs'> | undefined;
  /** How many messages may wait in its queue; the oldest goes for one too many. From 1 to 1000000; by default 10000. */
  readonly maxWaiting?: OptionInput<typeof subscribeTable, 'maxWaiting'> | undefined;
  /** How often a message is tried before it is a dead letter of the queue. From 1 to 1000; by default 1. */
  readonly attempts?: OptionInput<typeof subscribeTable, 'attempts'> | undefined;
  /** The options of the worker that runs the handler: `redis`, `namespace`, `consumers`, `logger`, …. By default {}. */
  readonly worker?: OptionInput<typeof subscribeTable, 'worker'> | undefined;
}

// end: SubscribeOptions

/**
 * Calls the handler with each message that is published to the exchange from now on, and that matches (publish/subscribe). Resolves when the
 * queue is bound. The queue is the subscriber's own and goes with it: at `close()` at once, and `leaseMs` after a kill, with its binding. With a `name`
 * it stays, and gathers messages until there is a subscriber of that name again.
 *
 * It runs a worker of its own, with connections and a heartbeat: a program that handles many kinds of messages binds jobs, and gives their handlers to
 * one worker. Needs the rights of a producer and of a worker.
 * @throws NotAContractError, NameError, OptionsError: nothing was done. ExchangeNotFoundError, BindingMismatchError, RoutingLimitError, and as
 * {@link Worker.start}: nothing is left open.
 * @example
 * await using subscription = await subscribe(orders, 'order.eu.#', async ({ data, published }) => show(published?.routingKey, data));
 */
export function subscribe<E extends AnyExchange & { readonly type: 'fanout' }>(
  exchange: E,
  handler: HandlerFunction<SubscribedJob<E>>,
  options?: SubscribeOptions,
): Promise<Subscription>;
// oxlint-disable-next-line max-params -- of what, which of it, what is done with it, and how: four different things
export function subscribe<E extends AnyExchange>(
  exchange: E,
  on: BindingArguments<E>[0],
  handler: HandlerFunction<SubscribedJob<E>>,
  options?: SubscribeOptions,
): Promise<Subscription>;
export async function subscribe(exchange: AnyExchange, ...given: readonly unknown[]): Promise<Subscription> {
  requireExchange(exchange, 'subscribe');
  const at = given.findIndex((part) => typeof part === 'function');
  if (at < 0) throw new OptionsError([{ option: 'handler', message: NO_HANDLER }]);
  const options = subscribeOptions.check(given[at + 1] as SubscribeOptions | undefined);
  const { name, attempts, maxWaiting } = options;
  const queue = name === undefined ? TEMPORARY + randomBytes(9).toString('base64url') : `subscription-${name}`;
  const maxLength = { jobs: maxWaiting, whenFull: 'dropOldest' } as const;
  const contract = job(exchange.name, { queue, data: exchange.data, attempts, maxLength });
  // The type of the exchange says what stands there, which the compiler has checked at the door.
  const on = given.slice(0, at) as unknown as BindingArguments<AnyExchange>;
  const binding = bind(exchange, contract, ...on);
  const handler = handle(contract, given[at] as HandlerFunction<typeof contract>);
  return Subscription.open({ queue, binding, options, handler });
}

const NO_HANDLER = 'expected a function that handles messages behind the exchange and what of it is subscribed to';

/** What a subscription is opened with. */
interface Subscribing {
  readonly queue: string;
  readonly binding: Binding;
  readonly options: ReturnType<typeof subscribeOptions.check>;
  readonly handler: ReturnType<typeof handle>;
}

/** A subscriber that is at work. */
export class Subscription implements AsyncDisposable {
  /** Its queue. */
  readonly queue: string;
  /** What runs its handler: for its events and its state. */
  readonly worker: Worker;
  readonly #connected: ConnectedBroker;
  readonly #queues: TemporaryQueues;
  readonly #isTemporary: boolean;
  #renewal: NodeJS.Timeout | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor({ queue, options }: Subscribing, connected: ConnectedBroker, worker: Worker) {
    this.queue = queue;
    this.worker = worker;
    this.#connected = connected;
    this.#queues = new TemporaryQueues(connected.broker.exchanges());
    this.#isTemporary = options.name === undefined;
  }

  /** For {@link subscribe}. */
  static async open(subscribing: Subscribing): Promise<Subscription> {
    const { options, handler } = subscribing;
    const checked = workerOptions.check({ handleSignals: false, ...options.worker, handlers: [handler] });
    const { namespace, connectTimeoutMs } = checked;
    const opening = { namespace, connectTimeoutMs, role: 'producer', name: 'acktor-subscriber' } as const;
    const connected = await engineFor(checked, options.worker).openBroker({ ...opening, ...retentionIn(checked) });
    let worker: Worker | undefined;
    try {
      worker = await Worker.start({ handleSignals: false, ...options.worker, handlers: [handler] });
      const subscription = new Subscription(subscribing, connected, worker);
      await subscription.#begin(subscribing);
      return subscription;
    } catch (error) {
      await worker?.close();
      await connected.close();
      throw error;
    }
  }

  /** Takes no more messages, and lets the handler finish those that it has. A queue without a name goes. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close(this.#isTemporary);
    return this.#closing;
  }

  /** Ends a subscription for good, also one with a name: nothing comes to its queue any more, which is removed with all that is in it. */
  unsubscribe(): Promise<void> {
    this.#closing ??= this.#close(true);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #begin({ queue, binding, options: { leaseMs } }: Subscribing): Promise<void> {
    const bindings = [binding];
    if (!this.#isTemporary) {
      await changeExchanges(this.#connected.broker.exchanges(), (topology) => topology.binding(bindings));
      return;
    }
    const keep = () => this.#queues.keep({ queue, bindings, leaseMs });
    await keep();
    const renew = async () => {
      // What fails is done a third of the lease later; the others' queues are looked after by the way.
      await keep().catch(() => undefined);
      await this.#queues.sweep().catch(() => undefined);
    };
    this.#renewal = setInterval(() => {
      this.#renewing = this.#renewing.then(renew);
    }, leaseMs / 3);
  }

  async #close(isForGood: boolean): Promise<void> {
    clearInterval(this.#renewal);
    await this.#renewing;
    try {
      if (isForGood) await this.#queues.unbind(this.queue);
      await this.worker.close();
      if (isForGood) await this.#queues.remove(this.queue);
    } finally {
      await this.worker.close();
      await this.#connected.close();
    }
  }
}
