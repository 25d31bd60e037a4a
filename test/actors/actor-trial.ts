// A producer, an operator and workers on one engine, for tests of actors; the jobs that they invoke do as a test says.
import { Operator, Producer } from '@acktor/core';
import { memoryEngine, type MemoryEngine } from '@acktor/testing';
import { handle, Worker, type HostedActor, type WorkerOptions } from '@acktor/worker';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { Heard } from '../signals/heard.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { chargeCard, sendMail } from './order.js';

type EngineOptions = Pick<WorkerOptions, 'engine' | 'redis' | 'namespace'>;
export type EngineKind = 'Redis' | 'memory';
export const engineKinds: readonly EngineKind[] = ['Redis', 'memory'];
export const within = { timeoutMs: 20_000 };

export class ActorTrial implements AsyncDisposable {
  readonly producer: Producer;
  readonly operator: Operator;
  readonly options: EngineOptions;
  readonly mails = new Heard<string>();
  /** The amounts of the charges that have begun. */
  readonly charges = new Heard<number>();
  /** What a charge does. */
  charge: (cents: number, signal: AbortSignal) => Promise<{ receipt: string }> | { receipt: string } = (cents) => ({
    receipt: `r-${cents}`,
  });
  readonly #workers: Worker[] = [];

  private constructor(options: EngineOptions, producer: Producer, operator: Operator) {
    this.options = options;
    this.producer = producer;
    this.operator = operator;
  }

  static async open(kind: EngineKind | MemoryEngine): Promise<ActorTrial> {
    const namespace = freshNamespace();
    const engine = kind === 'memory' ? memoryEngine({ clock: 'machine' }) : kind;
    const options = engine === 'Redis' ? { redis: redisUrl(), namespace } : { engine, namespace };
    return new ActorTrial(options, await Producer.connect(options), await Operator.connect(options));
  }

  async work(actors: readonly HostedActor[], options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const handlers = [
      handle(chargeCard, ({ data: { cents }, signal }) => {
        this.charges.push(cents);
        return this.charge(cents, signal);
      }),
      handle(sendMail, ({ data: { text } }) => this.mails.push(text)),
    ];
    const own = { ...this.options, handlers, actors, consumers: 4, logger: new LogRecorder() };
    const worker = await Worker.start({ ...own, ...options });
    this.#workers.push(worker);
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.producer.close();
    await this.operator.close();
  }
}
