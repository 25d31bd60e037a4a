// The servers of one bench: Redis from the start, others when a subject first needs them.
import { serverOf, type SubjectName } from '../subjects/subjects.js';
import type { BenchServer } from './bench-server.js';
import { RabbitMqServer } from './rabbitmq-server.js';
import { RedisServer } from './redis-server.js';

export class Servers implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly #log: (message: string) => void;
  #rabbitMq: Promise<RabbitMqServer> | undefined;

  private constructor(redis: RedisServer, log: (message: string) => void) {
    this.redis = redis;
    this.#log = log;
  }

  static async start(log: (message: string) => void): Promise<Servers> {
    return new Servers(await RedisServer.start(), log);
  }

  /** @throws Error that says why the subject's server cannot be had; the same one when asked again. */
  async serverOf(subject: SubjectName): Promise<BenchServer> {
    if (serverOf(subject) === 'redis') return this.redis;
    this.#rabbitMq ??= RabbitMqServer.start(this.#log);
    return this.#rabbitMq;
  }

  /** Of those that run. */
  async versions(): Promise<Readonly<Record<string, string>>> {
    const rabbitMq = await this.#running();
    return { redis: await this.redis.version(), ...(rabbitMq && { rabbitmq: await rabbitMq.version() }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#running())?.[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }

  #running(): Promise<RabbitMqServer | undefined> {
    return this.#rabbitMq?.catch(() => undefined) ?? Promise.resolve(undefined);
  }
}
