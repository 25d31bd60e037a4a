// A namespace of the run's Redis, a producer of tasks, and a client that learns which handlers begin them.
import { Producer, type Receipt } from '@acktor/core';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { fileURLToPath } from 'node:url';
import { plainQueue, plainRedis } from '../real-redis/plain-bullmq.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { task, type Begun } from './tasks.js';

// Worker processes log to this process's standard error by default.
const level = process.env['ACKTOR_LOG_LEVEL'];
before('silences the logs of worker processes', () => {
  process.env['ACKTOR_LOG_LEVEL'] = 'silent';
});
after(() => {
  if (level === undefined) delete process.env['ACKTOR_LOG_LEVEL'];
  else process.env['ACKTOR_LOG_LEVEL'] = level;
});

/** The compiled handler file. */
export const taskFile = fileURLToPath(new URL('tasks.js', import.meta.url));

export interface TaskOptions {
  readonly does?: 'work' | 'stick' | 'hold' | 'crash' | 'babble';
  readonly takesMs?: number;
}

export class TaskTrial implements AsyncDisposable {
  readonly url: string;
  readonly namespace: string;
  readonly producer: Producer;
  readonly #subscriber: Redis & Disposable;
  #sent = 0;

  private constructor(parts: { url: string; namespace: string; producer: Producer; subscriber: Redis & Disposable }) {
    this.url = parts.url;
    this.namespace = parts.namespace;
    this.producer = parts.producer;
    this.#subscriber = parts.subscriber;
  }

  static async open(): Promise<TaskTrial> {
    const url = redisUrl();
    const namespace = freshNamespace();
    const producer = await Producer.connect({ redis: url, namespace });
    return new TaskTrial({ url, namespace, producer, subscriber: await plainRedis(url) });
  }

  /** Sends a task that works at once, by default. */
  send({ does = 'work', takesMs = 0 }: TaskOptions = {}): Promise<Receipt<typeof task>> {
    this.#sent += 1;
    const { url, namespace } = this;
    const data = { url, list: `${namespace}-begun`, does, takesMs };
    return this.producer.send(task, data, { id: `task-${this.#sent}` });
  }

  async sendMany(count: number, options: TaskOptions): Promise<readonly Receipt<typeof task>[]> {
    return Promise.all(Array.from({ length: count }, () => this.send(options)));
  }

  /** The next handler that began, waiting for it. */
  async begun(): Promise<Begun> {
    const [, text] = (await this.#subscriber.blpop(`${this.namespace}-begun`, 15)) ?? [];
    if (text === undefined) throw new Error('expected a handler to begin within 15 s, and none did');
    return JSON.parse(text) as Begun;
  }

  /** All that began and was not asked for yet. */
  async allBegun(): Promise<readonly Begun[]> {
    const texts = await this.#subscriber.lrange(`${this.namespace}-begun`, 0, -1);
    return texts.map((text) => JSON.parse(text) as Begun);
  }

  queue(): Queue & AsyncDisposable {
    return plainQueue('tasks', this.namespace, this.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.producer.close();
    this.#subscriber[Symbol.dispose]();
  }
}
