// RabbitMQ with amqplib: a durable queue, persistent messages, publisher confirms, and prefetch 1 for each consumer.
import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import type { BenchPayload, JobBody, Peer, Sender, WorkerRequest } from './peer.js';

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
      send: (payload) => publish(channel, queue, payload),
      sendAll: (payloads) => Promise.all(payloads.map((payload) => publish(channel, queue, payload))),
      close: () => connection.close(),
    };
  },
};

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

function publish(channel: ConfirmChannel, queue: string, payload: BenchPayload): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, Buffer.from(JSON.stringify(payload)), { persistent: true }, (error: unknown) =>
      error instanceof Error ? reject(error) : resolve(),
    );
  });
}
