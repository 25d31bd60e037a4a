// Acktor as the scenarios see it: its public API, on any engine.
import {
  bind,
  exchange,
  ExchangeMismatchError,
  ExchangeNotFoundError,
  job,
  Producer,
  QueueFullError,
  UnroutableError,
  type AnyExchange,
  type Binding,
  type Engine,
  type ExchangeType,
} from '@acktor/core';
import { handle, reject, Worker, type Delivery } from '@acktor/worker';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { LogRecorder } from '../signals/log-recorder.js';
import type {
  Answer,
  Bound,
  BoundBy,
  Consumer,
  Driver,
  Held,
  PublishWith,
  QueueBound,
  SendWith,
  Session,
} from './driver.js';
import { Inbox } from './inbox.js';

const data = z.object({ body: z.string() });
const messageOf = (queue: string, bound?: QueueBound) => {
  const maxLength = bound && { maxLength: { jobs: bound.most, whenFull: bound.whenFull } };
  return job('message', { queue, data, attempts: 1, ...maxLength });
};
type Message = ReturnType<typeof messageOf>;

/** `open` is called for each session. */
export function acktorDriver(name: string, open: () => Engine): Driver {
  return { name, open: () => AcktorSession.open(open()) };
}

class AcktorSession implements Session {
  readonly #place: { readonly engine: Engine; readonly namespace: string };
  readonly #producer: Producer;
  readonly #exchanges = new Map<string, AnyExchange>();
  readonly #queues = new Map<string, Message>();
  readonly #opened: Consumer[] = [];

  private constructor(place: { readonly engine: Engine; readonly namespace: string }, producer: Producer) {
    this.#place = place;
    this.#producer = producer;
  }

  static async open(engine: Engine): Promise<AcktorSession> {
    const place = { engine, namespace: `conformance-${randomUUID()}` };
    return new AcktorSession(place, await Producer.connect(place));
  }

  async declareExchange(name: string, type: ExchangeType, alternate?: string): Promise<'declared' | 'refused'> {
    const contract = exchange(name, {
      type,
      data,
      ...(alternate && { alternate: this.#exchange(alternate) as never }),
    });
    try {
      await this.#producer.exchanges().declare(contract);
    } catch (error) {
      if (error instanceof ExchangeMismatchError) return 'refused';
      throw error;
    }
    this.#exchanges.set(name, contract);
    return 'declared';
  }

  declareQueue(name: string, bound?: QueueBound): Promise<void> {
    this.#queues.set(name, messageOf(name, bound));
    return Promise.resolve();
  }

  bind(from: string, to: Bound, on?: BoundBy): Promise<void> {
    return this.#producer.exchanges().bind(this.#binding(from, to, on));
  }

  unbind(from: string, to: Bound, on?: BoundBy): Promise<void> {
    return this.#producer.exchanges().unbind(this.#binding(from, to, on));
  }

  // oxlint-disable-next-line max-params -- where, under which key, what, and how
  async publish(name: string, key: string, body: string, options: PublishWith = {}): Promise<Answer> {
    const { headers: meta, mandatory = false, ...rest } = options;
    const to = this.#exchanges.get(name) ?? exchange(name, { type: 'direct', data });
    const with_ = { ...written(rest), mandatory, ...(meta && { meta }) };
    return answered(this.#producer.publish(to, key, { body }, with_));
  }

  async send(queue: string, body: string, options: SendWith = {}): Promise<Answer> {
    return answered(this.#producer.send(this.#message(queue), { body }, written(options)));
  }

  async consume(queue: string): Promise<Consumer> {
    const inbox = new Inbox<Held>();
    const held = handle(
      this.#message(queue),
      (delivery) => new Promise<never>((...end) => inbox.put(heldOf(delivery, end))),
    );
    const options = { consumers: 1, drainMs: 0, handleSignals: false, logger: new LogRecorder() };
    const worker = await Worker.start({ ...this.#place, ...options, handlers: [held] });
    const consumer: Consumer = {
      next: () => inbox.next(),
      get hasMore() {
        return inbox.hasMore;
      },
      close: () => worker.close(),
    };
    this.#opened.push(consumer);
    return consumer;
  }

  async drain(queue: string): Promise<readonly string[]> {
    const consumer = await this.consume(queue);
    const mark = `mark-${randomUUID()}`;
    const unbounded = messageOf(queue);
    // Behind everything else, whatever its priority.
    await this.#producer.send(unbounded, { body: mark }, { priority: 2_000_000 });
    const bodies: string[] = [];
    for (let held = await consumer.next(); ; held = await consumer.next()) {
      held.ack();
      if (held.body === mark) break;
      bodies.push(held.body);
    }
    await consumer.close();
    return bodies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((consumer) => consumer.close()));
    await this.#producer.close();
  }

  #exchange(name: string): AnyExchange {
    const known = this.#exchanges.get(name);
    if (known === undefined) throw new Error(`expected ${name} to be declared by the scenario`);
    return known;
  }

  #message(queue: string): Message {
    const known = this.#queues.get(queue);
    if (known === undefined) throw new Error(`expected ${queue} to be declared by the scenario`);
    return known;
  }

  #binding(from: string, to: Bound, on: BoundBy | undefined): Binding {
    const target = 'queue' in to ? this.#message(to.queue) : this.#exchange(to.exchange);
    return bind(this.#exchange(from), target as never, on as never);
  }
}

type Ends = readonly [resolve: (value: never) => void, reject: (reason: unknown) => void];

function heldOf({ data: { body }, published, redelivered, signal }: Delivery<Message>, [resolve, fail]: Ends): Held {
  signal.addEventListener('abort', () => fail(signal.reason), { once: true });
  return {
    body,
    routingKey: published?.routingKey ?? '',
    isRedelivered: redelivered,
    ack: () => resolve(undefined as never),
    requeue: () => resolve(reject({ requeue: true }) as never),
    reject: () => resolve(reject({ deadLetter: 'it is of no use' }) as never),
  };
}

function written({ urgency, expiresInMs }: SendWith) {
  const priority = urgency === undefined ? {} : { priority: urgency === 'urgent' ? 1 : 10 };
  return { ...priority, ...(expiresInMs === undefined ? {} : { expiresInMs, whenExpired: 'remove' as const }) };
}

async function answered(sending: Promise<unknown>): Promise<Answer> {
  try {
    await sending;
    return 'accepted';
  } catch (error) {
    if (error instanceof UnroutableError) return 'unroutable';
    if (error instanceof QueueFullError) return 'refused';
    if (error instanceof ExchangeNotFoundError) return 'noExchange';
    throw error;
  }
}
