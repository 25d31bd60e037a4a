// Acktor as the scenarios see it: its public API, on any engine.
import {
  bind,
  exchange,
  ExchangeLoopError,
  ExchangeMismatchError,
  ExchangeNotFoundError,
  job,
  Operator,
  Producer,
  QueueFullError,
  UnroutableError,
  type AnyExchange,
  type Binding,
  type DeadLetter,
  type Engine,
  type ExchangeType,
} from '@acktor/core';
import { handle, reject, Worker, type Delivery } from '@acktor/worker';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { LogRecorder } from '../signals/log-recorder.js';
import { until } from '../signals/until.js';
import type {
  Answer,
  Bound,
  BoundBy,
  Consumer,
  Dead,
  Declared,
  Doomed,
  Driver,
  DriverName,
  Held,
  PublishWith,
  QueueKind,
  SendWith,
  Session,
} from './driver.js';
import { Inbox } from './inbox.js';
import { ackOddly, doomedIn } from './lease-holder.js';

/** Where the sessions of a driver are. */
export interface Place {
  readonly engine: Engine;
  /** Ends the server and starts it again. */
  kill?(): Promise<void>;
  close?(): Promise<void>;
}

const data = z.object({ body: z.string() });
const messageOf = (queue: string, { most, whenFull = 'refuse' }: QueueKind = {}) =>
  job('message', { queue, data, attempts: 1, ...(most && { maxLength: { jobs: most, whenFull } }) });
type Message = ReturnType<typeof messageOf>;

/** `open` is called for each session. */
export function acktorDriver(name: DriverName, open: (isKilled: boolean) => Place | Promise<Place>): Driver {
  return { name, open: async ({ isKilled = false } = {}) => AcktorSession.open(await open(isKilled)) };
}

class AcktorSession implements Session {
  readonly #at: Place;
  readonly #place: { readonly engine: Engine; readonly namespace: string };
  readonly #producer: Producer;
  readonly #operator: Operator;
  readonly #exchanges = new Map<string, AnyExchange>();
  readonly #queues = new Map<string, Message>();
  readonly #kinds = new Map<string, QueueKind>();
  readonly #opened: { close(): Promise<void> }[] = [];

  private constructor(at: Place, clients: { namespace: string; producer: Producer; operator: Operator }) {
    this.#at = at;
    this.#place = { engine: at.engine, namespace: clients.namespace };
    this.#producer = clients.producer;
    this.#operator = clients.operator;
  }

  static async open(at: Place): Promise<AcktorSession> {
    const place = { engine: at.engine, namespace: `conformance-${randomUUID()}` };
    const producer = await Producer.connect(place);
    const operator = await Operator.connect(place);
    return new AcktorSession(at, { namespace: place.namespace, producer, operator });
  }

  async declareExchange(name: string, type: ExchangeType, alternate?: string): Promise<Declared> {
    const contract = exchange(name, {
      type,
      data,
      ...(alternate && { alternate: this.#exchange(alternate) as never }),
    });
    const declared = await declaredUnless(ExchangeMismatchError, this.#producer.exchanges().declare(contract));
    if (declared === 'declared') this.#exchanges.set(name, contract);
    return declared;
  }

  async declareQueue(name: string, kind: QueueKind = {}): Promise<Declared> {
    this.#queues.set(name, messageOf(name, kind));
    this.#kinds.set(name, kind);
    if (kind.isOneAtATime) {
      await this.#operator.pause(name, { allowUnused: true });
      await this.#operator.limit(name, { concurrency: 1 });
      await this.#operator.resume(name);
    }
    return 'declared';
  }

  async bind(from: string, to: Bound, on?: BoundBy): Promise<Declared> {
    const bound = this.#producer.exchanges().bind(this.#binding(from, to, on));
    return declaredUnless(ExchangeLoopError, declaredUnless(ExchangeNotFoundError, bound));
  }

  unbind(from: string, to: Bound, on?: BoundBy): Promise<void> {
    return this.#producer.exchanges().unbind(this.#binding(from, to, on));
  }

  async deleteExchange(name: string): Promise<void> {
    await this.#producer.exchanges().delete(this.#exchange(name));
  }

  async isThere(what: Bound): Promise<boolean> {
    if ('queue' in what) return (await this.#operator.queueNames()).includes(what.queue);
    return (await this.#producer.exchanges().list()).some(({ name }) => name === what.exchange);
  }

  async purge(queue: string): Promise<number> {
    return (await this.#operator.clear(queue, { place: 'waiting' })).done;
  }

  deleteQueue(): Promise<'refused'> {
    return Promise.resolve('refused');
  }

  // oxlint-disable-next-line max-params -- where, under which key, what, and how
  async publish(name: string, key: string, body: string, options: PublishWith = {}): Promise<Answer> {
    const { headers: meta, mandatory = false, ...rest } = options;
    const to = this.#exchanges.get(name) ?? exchange(name, { type: 'direct', data });
    const with_ = { ...written(rest), mandatory, ...(meta && { meta }) };
    return answered(this.#producer.publish(to, key, { body }, with_));
  }

  async send(queue: string, body: string, options: SendWith = {}): Promise<Answer> {
    const whenExpired = this.#kinds.get(queue)?.keepsDeadLetters ? 'deadLetter' : 'remove';
    return answered(this.#producer.send(this.#message(queue), { body }, written(options, whenExpired)));
  }

  async sendAll(queue: string, bodies: readonly string[]): Promise<void> {
    await Promise.all(bodies.map((body) => this.#producer.send(this.#message(queue), { body })));
  }

  async consume(queue: string, prefetch = 1): Promise<Consumer> {
    const inbox = new Inbox<Held>();
    const held = handle(
      this.#message(queue),
      (delivery) => new Promise<never>((...end) => inbox.put(heldOf(delivery, end))),
    );
    const { deliveryLimit } = this.#kinds.get(queue) ?? {};
    const options = { consumers: prefetch, drainMs: 0, handleSignals: false, logger: new LogRecorder() };
    const worker = await Worker.start({
      ...this.#place,
      ...options,
      ...(deliveryLimit && { deliveryLimit }),
      handlers: [held],
    });
    this.#opened.push(worker);
    return {
      next: () => inbox.next(),
      ready: () => inbox.ready(),
      get hasMore() {
        return inbox.hasMore;
      },
      isCancelled: false,
      close: () => worker.close(),
    };
  }

  async doomed(queue: string): Promise<Doomed> {
    const doomed = await doomedIn(this.#place, queue);
    this.#opened.push(doomed);
    return { body: bodyOf(doomed.record.payload), isRedelivered: doomed.record.leasesLost > 0, die: doomed.close };
  }

  ackOddly(queue: string, how: 'twice' | 'fromAnother'): Promise<'taken' | 'refused'> {
    return ackOddly(this.#place, { queue, how });
  }

  async depth(queue: string): Promise<number> {
    return (await this.#operator.queue(queue)).waiting;
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

  async deadLetters(queue: string): Promise<readonly Dead[]> {
    const dead: Dead[] = [];
    for await (const letter of this.#producer.deadLetters(this.#message(queue)).list({ order: 'oldest' }))
      dead.push(deadOf(letter));
    return dead;
  }

  async pass(ms: number): Promise<void> {
    const letters = this.#producer.deadLetters(messageOf('clock'));
    const end = (await letters.serverTime()).getTime() + ms;
    await until('the time has passed', async () => (await letters.serverTime()).getTime() > end);
  }

  async kill(): Promise<void> {
    if (this.#at.kill === undefined) throw new Error('expected a broker that can be killed');
    await this.#at.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((opened) => opened.close()));
    await this.#producer.close();
    await this.#operator.close();
    await this.#at.close?.();
  }

  #exchange(name: string): AnyExchange {
    return this.#exchanges.get(name) ?? exchange(name, { type: 'fanout', data });
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

function written({ urgency, expiresInMs }: SendWith, whenExpired: 'remove' | 'deadLetter' = 'remove') {
  const priority = urgency === undefined ? {} : { priority: urgency === 'urgent' ? 1 : 10 };
  return { ...priority, ...(expiresInMs === undefined ? {} : { expiresInMs, whenExpired }) };
}

function bodyOf(payload: string): string {
  return data.parse(JSON.parse(payload)).body;
}

function deadOf({ reason, payload }: DeadLetter): Dead {
  const body = bodyOf(payload);
  if (reason === 'it is of no use') return { body, reason: 'rejected' };
  if (reason.startsWith('expired')) return { body, reason: 'expired' };
  if (reason.includes('delivery limit')) return { body, reason: 'delivery_limit' };
  throw new Error(`expected a reason that the scenarios know, got ${reason}`);
}

async function declaredUnless(
  refusal: new (...args: never[]) => Error,
  declaring: Promise<unknown>,
): Promise<Declared> {
  try {
    return (await declaring) === 'refused' ? 'refused' : 'declared';
  } catch (error) {
    if (error instanceof refusal) return 'refused';
    throw error;
  }
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
