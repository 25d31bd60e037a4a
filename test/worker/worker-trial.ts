// A namespace of the run's Redis with a producer, and workers that log where a test can listen. Closed with its scope.
import { Producer } from '@acktor/core';
import { Worker, type AnyHandler, type WorkerOptions } from '@acktor/worker';
import type { Queue } from 'bullmq';
import { plainQueue } from '../real-redis/plain-bullmq.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { LogRecorder } from '../signals/log-recorder.js';

export class WorkerTrial implements AsyncDisposable {
  readonly url: string;
  readonly namespace: string;
  readonly log = new LogRecorder();
  readonly producer: Producer;
  readonly #workers: Worker[] = [];

  private constructor(url: string, producer: Producer, namespace: string) {
    this.url = url;
    this.producer = producer;
    this.namespace = namespace;
  }

  static async open(url = redisUrl(), namespace = freshNamespace()): Promise<WorkerTrial> {
    return new WorkerTrial(url, await Producer.connect({ redis: url, namespace }), namespace);
  }

  /** Starts a worker with these handlers. It takes no signals: those are for the whole run. */
  async work(handlers: readonly AnyHandler[], options: Omit<Partial<WorkerOptions>, 'handlers'> = {}): Promise<Worker> {
    const { url: redis, namespace, log: logger } = this;
    const worker = await Worker.start({ redis, namespace, logger, handleSignals: false, ...options, handlers });
    this.#workers.push(worker);
    return worker;
  }

  /** A queue as plain BullMQ has it. */
  queue(name: string): Queue & AsyncDisposable {
    return plainQueue(name, this.namespace, this.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.producer.close();
  }
}
