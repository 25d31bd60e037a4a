// RabbitMQ as the scenarios see it, by amqplib: durable queues, persistent messages, publisher confirms.
import { connectAmqp, type AmqpChannel, type AmqpConnection } from '@acktor/bench';
import type { ExchangeType } from '@acktor/core';
import { randomUUID } from 'node:crypto';
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

export function rabbitMqDriver(address: () => string): Driver {
  return { name: 'RabbitMQ', open: () => RabbitMqSession.open(address()) };
}

class RabbitMqSession implements Session {
  readonly #connection: AmqpConnection;
  readonly #channel: AmqpChannel;
  readonly #id = randomUUID();
  readonly #queues: string[] = [];
  readonly #exchanges: string[] = [];

  private constructor(connection: AmqpConnection, channel: AmqpChannel) {
    this.#connection = connection;
    this.#channel = channel;
  }

  static async open(address: string): Promise<RabbitMqSession> {
    const connection = await connectAmqp(address);
    return new RabbitMqSession(connection, await connection.createConfirmChannel());
  }

  async declareExchange(name: string, type: ExchangeType, alternate?: string): Promise<'declared' | 'refused'> {
    // A refusal closes the channel that it came on.
    const channel = await this.#connection.createChannel();
    channel.on('error', () => undefined);
    try {
      const options = alternate === undefined ? {} : { alternateExchange: this.#name(alternate) };
      await channel.assertExchange(this.#name(name), type, { durable: true, ...options });
    } catch {
      return 'refused';
    }
    await channel.close();
    this.#exchanges.push(name);
    return 'declared';
  }

  async declareQueue(name: string, bound?: QueueBound): Promise<void> {
    const overflow = bound?.whenFull === 'refuse' ? 'reject-publish' : 'drop-head';
    const limits = bound && { maxLength: bound.most, arguments: { 'x-overflow': overflow } };
    await this.#channel.assertQueue(this.#name(name), { durable: true, maxPriority: 10, ...limits });
    this.#queues.push(name);
  }

  async bind(from: string, to: Bound, on: BoundBy = ''): Promise<void> {
    const [key, headers] = keyAndHeaders(on);
    if ('queue' in to) await this.#channel.bindQueue(this.#name(to.queue), this.#name(from), key, headers);
    else await this.#channel.bindExchange(this.#name(to.exchange), this.#name(from), key, headers);
  }

  async unbind(from: string, to: Bound, on: BoundBy = ''): Promise<void> {
    const [key, headers] = keyAndHeaders(on);
    if ('queue' in to) await this.#channel.unbindQueue(this.#name(to.queue), this.#name(from), key, headers);
    else await this.#channel.unbindExchange(this.#name(to.exchange), this.#name(from), key, headers);
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

  async consume(queue: string): Promise<Consumer> {
    const channel = await this.#connection.createChannel();
    await channel.prefetch(1);
    const inbox = new Inbox<Held>();
    await channel.consume(this.#name(queue), (message) => {
      if (message === null) return;
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
      get hasMore() {
        return inbox.hasMore;
      },
      close: () => channel.close(),
    };
  }

  async drain(queue: string): Promise<readonly string[]> {
    const bodies: string[] = [];
    for (;;) {
      const message = await this.#channel.get(this.#name(queue), { noAck: true });
      if (message === false) return bodies;
      bodies.push(message.content.toString());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const queue of this.#queues) await this.#channel.deleteQueue(this.#name(queue));
    for (const exchange of this.#exchanges) await this.#channel.deleteExchange(this.#name(exchange));
    await this.#connection.close();
  }

  #name(name: string): string {
    return `${this.#id}.${name}`;
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

function keyAndHeaders(on: BoundBy): readonly [key: string, headers: Readonly<Record<string, string>>] {
  return typeof on === 'string' ? [on, {}] : ['', { 'x-match': on.match, ...on.headers }];
}

function written({ urgency, expiresInMs }: SendWith) {
  const priority = urgency === undefined ? {} : { priority: urgency === 'urgent' ? 9 : 1 };
  return { persistent: true, ...priority, ...(expiresInMs === undefined ? {} : { expiration: String(expiresInMs) }) };
}
