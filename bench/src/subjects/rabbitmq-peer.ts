// RabbitMQ with amqplib: a durable queue, persistent messages, publisher confirms, and prefetch 1 for each consumer.
import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import {
  publishExchange,
  publishQueues,
  type BenchPayload,
  type JobBody,
  type Peer,
  type Sender,
  type WorkerRequest,
} from './peer.js';

export const rabbitmq: Peer = {
  async startWorker({ address, queue, consumers, body }: WorkerRequest) {
    const connection = await connect(address, { noDelay: true });
    const channel = await connection.createChannel();
    await channel.assertQueue(queue, { durable: true });
    await channel.prefetch(1);
    const consuming = new Consuming(channel, body);
    for (let count = 0; count < consumers; count += 1) await consuming.begin(queue);
    return { close: () => consuming.end(connection) };
  },

  async openSender(address, queue): Promise<Sender> {
    const connection = await connect(address, { noDelay: true });
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue, { durable: true });
    return {
      send: (payload) => publish(channel, toQueue(queue), payload),
      sendAll: (payloads) => Promise.all(payloads.map((payload) => publish(channel, toQueue(queue), payload))),
      close: () => connection.close(),
    };
  },

  async openPublisher(address, queues) {
    const connection = await connect(address, { noDelay: true });
    const channel = await connection.createConfirmChannel();
    const exchange = publishExchange(queues);
    await channel.assertExchange(exchange, 'fanout', { durable: true });
    for (const queue of publishQueues(queues)) {
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, exchange, '');
    }
    return {
      send: (payload) => publish(channel, { exchange, key: '' }, payload),
      close: () => connection.close(),
    };
  },
};

/** The exchange without a name routes to the queue that is called as the key. */
const toQueue = (queue: string): Address => ({ exchange: '', key: queue });

/** The consumers of one channel: each holds one message at most. */
class Consuming {
  readonly #channel: Channel;
  readonly #body: JobBody;
  readonly #tags: string[] = [];
  #held = 0;
  #letGo: () => void = () => undefined;

  constructor(channel: Channel, body: JobBody) {
    this.#channel = channel;
    this.#body = body;
  }

  async begin(queue: string): Promise<void> {
    const { consumerTag } = await this.#channel.consume(queue, (message) => message && void this.#take(message));
    this.#tags.push(consumerTag);
  }

  /** Takes nothing more, and finishes what it holds. */
  async end(connection: ChannelModel): Promise<void> {
    await Promise.all(this.#tags.map((tag) => this.#channel.cancel(tag)));
    if (this.#held > 0) await new Promise<void>((resolve) => (this.#letGo = resolve));
    await this.#channel.close();
    await connection.close();
  }

  async #take(message: ConsumeMessage): Promise<void> {
    this.#held += 1;
    await this.#body(JSON.parse(message.content.toString()) as BenchPayload);
    this.#channel.ack(message);
    this.#held -= 1;
    if (this.#held === 0) this.#letGo();
  }
}

interface Address {
  readonly exchange: string;
  readonly key: string;
}

function publish(channel: ConfirmChannel, { exchange, key }: Address, payload: BenchPayload): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(exchange, key, Buffer.from(JSON.stringify(payload)), { persistent: true }, (error: unknown) =>
      error instanceof Error ? reject(error) : resolve(),
    );
  });
}
