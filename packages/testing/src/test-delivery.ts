// A delivery for the plain unit test of a handler: no queue, no chart, no container.
import type { AnyJob, Meta, PayloadOf, PublishedBy } from '@acktor/core';
import { NO_META, requireContract } from '@acktor/core/internal';
import {
  NotProvidedError,
  WaitingForChildrenError,
  type Delivery,
  type EndedChildren,
  type StepResult,
  type Token,
} from '@acktor/worker';
import type { SentJob } from './memory/memory-engine.js';

/** What of a delivery is not as on the first attempt of a job that was just sent. */
export interface TestDeliveryOptions {
  /** `test-job` by default. */
  readonly id?: string;
  readonly signal?: AbortSignal;
  /** From 1. */
  readonly attempt?: number;
  /** By default as the contract says. */
  readonly attempts?: number;
  readonly redelivered?: boolean;
  /** By default the attempt. */
  readonly fence?: number;
  readonly sentAt?: Date;
  /** Of a run of a schedule. */
  readonly scheduledFor?: Date;
  /** What `delivery.waitForChildren()` resolves with. Without, it rejects when children were added, and resolves with none when none were. */
  readonly children?: EndedChildren;
  /** That the job was sent with. */
  readonly key?: string;
  /** The headers of the job; none by default. */
  readonly meta?: Meta;
  /** What earlier deliveries have stored with `step()`: the name of each step, and its result. */
  readonly steps?: Iterable<readonly [name: string, result: unknown]>;
  /** The exchange that the job was published to, and the routing key; by default it was sent to its queue. */
  readonly published?: PublishedBy;
  /** What `delivery.inject()` finds, by token. */
  readonly services?: Iterable<readonly [token: Token, service: unknown]>;
}

/** A {@link Delivery} that keeps the progress and the log of its handler, and what it sends. */
export interface TestDelivery<J extends AnyJob = AnyJob> extends Delivery<J> {
  /** What was given to `progress()`, in order. */
  readonly progressed: readonly unknown[];
  /** What was given to `log()`, in order. */
  readonly logged: readonly string[];
  /** The results of the steps that it has done, by name, in order. */
  readonly stepped: ReadonlyMap<string, unknown>;
  /** What was given to `sendWithAck()`, in order, its payload as it was given: {@link expectSent} takes the delivery. */
  readonly sent: readonly SentJob[];
  /** What was given to `addChild()`, in order, its payload as it was given. */
  readonly children: readonly SentJob[];
}

/**
 * Returns a delivery with this payload, as it is: nothing is checked by the contract's schema, which {@link perform} does.
 *
 * @throws NotAContractError.
 * @example
 * const handled = await new ChargeCard(gateway).handle(delivery(chargeCard, { orderId: 'o-1', cents: 990 }));
 */
export function delivery<J extends AnyJob>(
  job: J,
  data: PayloadOf<J>,
  options: TestDeliveryOptions = {},
): TestDelivery<J> {
  requireContract(job, 'delivery');
  const { attempt = 1, attempts = job.attempts, id = 'test-job', redelivered = false, meta = NO_META } = options;
  const { signal = new AbortController().signal, fence = attempt, sentAt = new Date() } = options;
  const { scheduledFor, key, published } = options;
  const origin = { sentAt, scheduledFor, key, published };
  const services = new Map<Token, unknown>(options.services);
  const [progressed, logged]: [unknown[], string[]] = [[], []];
  const sent: SentJob[] = [];
  return {
    id,
    name: job.name,
    job,
    data,
    signal,
    attempt,
    attempts,
    isLastAttempt: attempt >= attempts,
    redelivered,
    fence,
    meta,
    ...origin,
    progressed,
    logged,
    sent,
    sendWithAck: recorded(sent),
    ...familyOf(id, options.children),
    progress: (value) => Promise.resolve(void progressed.push(value)),
    log: (line) => Promise.resolve(void logged.push(line)),
    ...stepsOf(options.steps),
    provide: (token, value) => void services.set(token, value),
    inject: <T>(token: Token<T>) => found(token, services) as T,
  };
}

/** A `sendWithAck` that keeps what it is given. */
function recorded(sent: SentJob[]): Delivery['sendWithAck'] {
  return (to, data, { id = `sent-${sent.length + 1}`, delayMs = 0, priority = 0, meta } = {}) => {
    sent.push({ queue: to.queue, id, name: to.name, data, delayMs, priority, ...(meta && { meta }) });
    return id;
  };
}

function familyOf(
  id: string,
  ended: EndedChildren | undefined,
): Pick<TestDelivery, 'children' | 'addChild' | 'waitForChildren'> {
  const children: SentJob[] = [];
  return {
    children,
    addChild: (to, data, { id: own = `child-${children.length + 1}`, delayMs = 0, priority = 0, meta } = {}) => {
      children.push({ queue: to.queue, id: own, name: to.name, data, delayMs, priority, ...(meta && { meta }) });
      return Promise.resolve(own);
    },
    waitForChildren: () => {
      if (ended) return Promise.resolve(ended);
      if (children.length > 0) return Promise.reject(new WaitingForChildrenError(id, children.length));
      return Promise.resolve({ acked: [], dead: [], resultsOf: () => Promise.resolve([]) });
    },
  };
}

function stepsOf(earlier: TestDeliveryOptions['steps']): Pick<TestDelivery, 'step' | 'stepped'> {
  const [stored, stepped] = [new Map(earlier), new Map<string, unknown>()];
  const step = async <T>(name: string, act: () => T | Promise<T>): Promise<StepResult<T>> => {
    if (!stored.has(name)) {
      const result = throughJson(await act());
      stored.set(name, result);
      stepped.set(name, result);
    }
    return stored.get(name) as StepResult<T>;
  };
  return { step, stepped };
}

function throughJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function found(token: Token, services: ReadonlyMap<Token, unknown>): unknown {
  if (services.has(token)) return services.get(token);
  const name = typeof token === 'function' ? token.name : String(token);
  throw new NotProvidedError(name, 'name it in the `services` of delivery(), or call delivery.provide() first');
}
