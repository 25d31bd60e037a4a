// RabbitMQ as the scenarios see it, by amqplib: durable queues, persistent messages, publisher confirms.
import { connectAmqp, type AmqpChannel, type AmqpConnection } from '@acktor/bench';
import type { ExchangeType } from '@acktor/core';
import { randomUUID } from 'node:crypto';
import type {
  Answer,
  Bound,
  BoundBy,
  Consumer,
  Dead,
  Declared,
  Doomed,
  Driver,
  Held,
  PublishWith,
  QueueKind,
  SendWith,
  Session,
} from './driver.js';
import { Inbox } from './inbox.js';

/** The server of the sessions. */
export interface Broker {
  address(): string;
  kill(): Promise<void>;
}

export function rabbitMqDriver(broker: Broker): Driver {
  return { name: 'RabbitMQ', open: () => RabbitMqSession.open(broker) };
}

class RabbitMqSession implements Session {
  readonly #broker: Broker;
  #connection: AmqpConnection;
  #channel: AmqpChannel;
  readonly #id = randomUUID();
  readonly #queues = new Set<string>();
  readonly #exchanges = new Set<string>();

  private constructor(broker: Broker, { connection, channel }: Client) {
    this.#broker = broker;
    this.#connection = connection;
    this.#channel = channel;
  }

  static async open(broker: Broker): Promise<RabbitMqSession> {
    return new RabbitMqSession(broker, await connected(broker));
  }

  async declareExchange(name: string, type: ExchangeType, alternate?: string): Promise<Declared> {
    const options = alternate === undefined ? {} : { alternateExchange: this.#name(alternate) };
    const declared = await this.#declared((channel) =>
      channel.assertExchange(this.#name(name), type, { durable: true, ...options }),
    );
    if (declared === 'declared') this.#exchanges.add(name);
    return declared;
  }

  async declareQueue(name: string, kind: QueueKind = {}): Promise<Declared> {
    if (kind.keepsDeadLetters) await this.declareQueue(deadOf(name));
    const declared = await this.#declared((channel) =>
      channel.assertQueue(this.#name(name), this.#optionsOf(name, kind)),
    );
    this.#queues.add(name);
    return declared;
  }

  bind(from: string, to: Bound, on: BoundBy = ''): Promise<Declared> {
    const [key, headers] = keyAndHeaders(on);
    return this.#declared((channel) =>
      'queue' in to
        ? channel.bindQueue(this.#name(to.queue), this.#name(from), key, headers)
        : channel.bindExchange(this.#name(to.exchange), this.#name(from), key, headers),
    );
  }

  async unbind(from: string, to: Bound, on: BoundBy = ''): Promise<void> {
    const [key, headers] = keyAndHeaders(on);
    if ('queue' in to) await this.#channel.unbindQueue(this.#name(to.queue), this.#name(from), key, headers);
    else await this.#channel.unbindExchange(this.#name(to.exchange), this.#name(from), key, headers);
  }

  async deleteExchange(name: string): Promise<void> {
    await this.#channel.deleteExchange(this.#name(name));
  }

  async isThere(what: Bound): Promise<boolean> {
    const declared = await this.#declared((channel) =>
      'queue' in what ? channel.checkQueue(this.#name(what.queue)) : channel.checkExchange(this.#name(what.exchange)),
    );
    return declared === 'declared';
  }

  async purge(queue: string): Promise<number> {
    return (await this.#channel.purgeQueue(this.#name(queue))).messageCount;
  }

  async deleteQueue(queue: string): Promise<'deleted'> {
    await this.#channel.deleteQueue(this.#name(queue));
    return 'deleted';
  }

  // oxlint-disable-next-line max-params -- where, under which key, what, and how
  async publish(exchange: string, key: string, body: string, options: PublishWith = {}): Promise<Answer> {
    const { headers, mandatory, ...rest } = options;
    const with_ = { ...written(rest), ...(mandatory && { mandatory }), ...(headers && { headers }) };
    return this.#confirmed((channel, done) =>
      channel.publish(this.#name(exchange), key, Buffer.from(body), with_, done),
    );
  }

  async send(queue: string, body: string, options: SendWith = {}): Promise<Answer> {
    const with_ = written(options);
    return this.#confirmed((channel, done) => channel.sendToQueue(this.#name(queue), Buffer.from(body), with_, done));
  }

  async sendAll(queue: string, bodies: readonly string[]): Promise<void> {
    for (const body of bodies) this.#channel.sendToQueue(this.#name(queue), Buffer.from(body), { persistent: true });
    await this.#channel.waitForConfirms();
  }

  async consume(queue: string, prefetch = 1): Promise<Consumer> {
    return consumerOf(await this.#connection.createChannel(), this.#name(queue), prefetch);
  }

  async doomed(queue: string): Promise<Doomed> {
    const connection = await connectAmqp(this.#broker.address());
    connection.on('error', () => undefined);
    const consumer = await consumerOf(await connection.createChannel(), this.#name(queue), 1);
    const { body, isRedelivered } = await consumer.next();
    const socket = connection.connection as unknown as { readonly stream: { destroy(error: Error): void } };
    // The client takes an error as the end of its connection, and nothing else but a goodbye.
    return { body, isRedelivered, die: () => Promise.resolve(socket.stream.destroy(new Error('it is killed'))) };
  }

  async ackOddly(queue: string, how: 'twice' | 'fromAnother'): Promise<'taken' | 'refused'> {
    const [holder, other] = [await this.#connection.createChannel(), await this.#connection.createChannel()];
    const message = await holder.get(this.#name(queue));
    if (message === false) throw new Error('expected a message to take');
    const acker = how === 'twice' ? holder : other;
    acker.on('error', () => undefined);
    acker.ack(message);
    if (how === 'twice') acker.ack(message);
    // The channel of a refused ack is closed, and nothing more is answered on it.
    const answer = await acker.checkQueue(this.#name(queue)).then(
      () => 'taken' as const,
      () => 'refused' as const,
    );
    await Promise.allSettled([holder, other].map(async (channel) => channel.close()));
    return answer;
  }

  async depth(queue: string): Promise<number> {
    return (await this.#channel.checkQueue(this.#name(queue))).messageCount;
  }

  async drain(queue: string): Promise<readonly string[]> {
    const bodies: string[] = [];
    for (;;) {
      const message = await this.#channel.get(this.#name(queue), { noAck: true });
      if (message === false) return bodies;
      bodies.push(message.content.toString());
    }
  }

  async deadLetters(queue: string): Promise<readonly Dead[]> {
    const letters: Dead[] = [];
    for (;;) {
      const message = await this.#channel.get(this.#name(deadOf(queue)), { noAck: true });
      if (message === false) return letters;
      const [death] = message.properties.headers?.['x-death'] ?? [];
      letters.push({ body: message.content.toString(), reason: death?.reason as Dead['reason'] });
    }
  }

  /** A message that was sent now, and may live so long, is dead by then. */
  async pass(ms: number): Promise<void> {
    const clock = `clock-${randomUUID()}`;
    await this.declareQueue(clock, { keepsDeadLetters: true });
    const consumer = await this.consume(deadOf(clock));
    await this.send(clock, 'tick', { expiresInMs: ms });
    (await consumer.next()).ack();
    await consumer.close();
  }

  async kill(): Promise<void> {
    await this.#broker.kill();
    const { connection, channel } = await connected(this.#broker);
    this.#connection = connection;
    this.#channel = channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const queue of this.#queues) await this.#channel.deleteQueue(this.#name(queue));
    for (const exchange of this.#exchanges) await this.#channel.deleteExchange(this.#name(exchange));
    await this.#connection.close();
  }

  #name(name: string): string {
    return `${this.#id}.${name}`;
  }

  #optionsOf(name: string, { most, whenFull, expiresInMs, deliveryLimit, isOneAtATime, ...rest }: QueueKind) {
    const overflow = whenFull === 'refuse' ? 'reject-publish' : 'drop-head';
    const dead = { deadLetterExchange: '', deadLetterRoutingKey: this.#name(deadOf(name)) };
    const quorum = { 'x-queue-type': 'quorum', 'x-delivery-limit': deliveryLimit };
    return {
      durable: true,
      // A quorum queue has none.
      ...(deliveryLimit === undefined && { maxPriority: 10 }),
      ...(most !== undefined && { maxLength: most }),
      ...(expiresInMs !== undefined && { messageTtl: expiresInMs }),
      ...(rest.keepsDeadLetters && dead),
      arguments: {
        ...(most !== undefined && { 'x-overflow': overflow }),
        ...(deliveryLimit !== undefined && quorum),
        ...(isOneAtATime && { 'x-single-active-consumer': true }),
      },
    };
  }

  /** On a channel of its own: a refusal closes the channel that it came on. */
  async #declared(declare: (channel: Channel) => PromiseLike<unknown>): Promise<Declared> {
    const channel = await this.#connection.createChannel();
    channel.on('error', () => undefined);
    try {
      await declare(channel);
    } catch {
      return 'refused';
    }
    await channel.close();
    return 'declared';
  }

  /** On a channel of its own: an unknown exchange closes it, and what is returned comes before the confirm. */
  async #confirmed(publish: (channel: AmqpChannel, done: (error: unknown) => void) => unknown): Promise<Answer> {
    const channel = await this.#connection.createConfirmChannel();
    let isReturned = false;
    const answer = await new Promise<Answer>((resolve) => {
      channel.on('return', () => (isReturned = true));
      channel.on('error', () => resolve('noExchange'));
      publish(channel, (error) => resolve(error ? 'refused' : WORDS[isReturned ? 'returned' : 'kept']));
    });
    if (answer !== 'noExchange') await channel.close();
    return answer;
  }
}

const WORDS = { returned: 'unroutable', kept: 'accepted' } as const;

type Channel = Awaited<ReturnType<AmqpConnection['createChannel']>>;

interface Client {
  readonly connection: AmqpConnection;
  readonly channel: AmqpChannel;
}

async function connected(broker: Broker): Promise<Client> {
  const connection = await connectAmqp(broker.address());
  // One that breaks is the end of the broker, which the session has asked for.
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  return { connection, channel };
}

async function consumerOf(channel: Channel, queue: string, prefetch: number): Promise<Consumer> {
  await channel.prefetch(prefetch);
  const inbox = new Inbox<Held>();
  let isCancelled = false;
  channel.on('error', () => undefined);
  await channel.consume(queue, (message) => {
    if (message === null) {
      isCancelled = true;
      return;
    }
    const { redelivered, routingKey } = message.fields;
    inbox.put({
      body: message.content.toString(),
      routingKey,
      isRedelivered: redelivered,
      ack: () => channel.ack(message),
      requeue: () => channel.nack(message, false, true),
      reject: () => channel.nack(message, false, false),
    });
  });
  return {
    next: () => inbox.next(),
    ready: () => inbox.ready(),
    get hasMore() {
      return inbox.hasMore;
    },
    get isCancelled() {
      return isCancelled;
    },
    close: () => channel.close(),
  };
}

/** The name of the queue that keeps the dead letters of another. */
const deadOf = (queue: string) => `${queue}.dead`;

function keyAndHeaders(on: BoundBy): readonly [key: string, headers: Readonly<Record<string, unknown>>] {
  if (typeof on === 'string') return [on, {}];
  // A header without a value matches any.
  const headers = Object.entries(on.headers).map(([name, value]) => [name, value === true ? null : value]);
  return ['', { 'x-match': on.match, ...Object.fromEntries(headers) }];
}

function written({ urgency, expiresInMs, isTransient = false }: SendWith) {
  const priority = urgency === undefined ? {} : { priority: urgency === 'urgent' ? 9 : 1 };
  const expiry = expiresInMs === undefined ? {} : { expiration: String(expiresInMs) };
  return { persistent: !isTransient, ...priority, ...expiry };
}
