// Flows of a few sums, for tests on both engines: what each step was given is recorded, and a test decides which of them fail.
import { flow, job, Operator, Producer, type FlowContract } from '@acktor/core';
import { memoryEngine } from '@acktor/testing';
import { Worker, type AnyHandlerClass, type WorkerOptions } from '@acktor/worker';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { Heard } from '../signals/heard.js';
import { LogRecorder } from '../signals/log-recorder.js';

export const add = job('add', {
  queue: 'sums',
  data: z.object({ label: z.string(), terms: z.array(z.number()) }),
  result: z.object({ sum: z.number() }),
  attempts: 1,
});

export const undo = job('undo', {
  queue: 'undos',
  data: z.object({ label: z.string(), sum: z.number() }),
  attempts: 1,
});

/** `a` and `b` begin with the flow, `c` adds both, and the result is twice its sum. */
export const diamond = flow(
  'diamond',
  { queue: 'flows', data: z.object({ n: z.number() }), result: z.object({ twice: z.number() }) },
  (step, end) => {
    const a = step('a', add, { data: (_, { data }) => ({ label: 'a', terms: [data.n, 1] }) });
    const b = step('b', add, { data: (_, { data }) => ({ label: 'b', terms: [data.n, 2] }) });
    const c = step('c', add, { after: [a, b], data: (done) => ({ label: 'c', terms: [done.a.sum, done.b.sum] }) });
    return end({ after: [c], result: (done) => ({ twice: 2 * done.c.sum }) });
  },
);

type EngineOptions = Pick<WorkerOptions, 'engine' | 'redis' | 'namespace'>;

/** What of a flow a test needs: a producer, an operator and a worker on one engine. */
export class FlowTrial implements AsyncDisposable {
  readonly producer: Producer;
  readonly operator: Operator;
  /** The labels of the steps that were handled, and of those that were undone with an exclamation mark. */
  readonly handled = new Heard<string>();
  /** The labels of steps that fail. */
  readonly failing = new Set<string>();
  /** Those that wait until they are let go, or their signals abort. */
  readonly held = new Map<string, Gate>();
  readonly options: EngineOptions;
  readonly #workers: Worker[] = [];

  private constructor(options: EngineOptions, producer: Producer, operator: Operator) {
    this.options = options;
    this.producer = producer;
    this.operator = operator;
  }

  static async open(kind: EngineKind): Promise<FlowTrial> {
    const options =
      kind === 'memory'
        ? { engine: memoryEngine({ clock: 'machine' }), namespace: freshNamespace() }
        : { redis: redisUrl(), namespace: freshNamespace() };
    return new FlowTrial(options, await Producer.connect(options), await Operator.connect(options));
  }

  async work(flows: readonly FlowContract[], options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const worker = await Worker.start({
      ...this.options,
      handlers: this.handlers(),
      flows,
      consumers: 4,
      logger: new LogRecorder(),
      ...options,
    });
    this.#workers.push(worker);
    return worker;
  }

  handlers(): readonly AnyHandlerClass[] {
    return [
      handlerOf(add, async ({ data: { label, terms }, signal }) => {
        this.handled.push(label);
        const held = this.held.get(label);
        if (held) await Promise.race([held.opened, aborted(signal)]);
        if (this.failing.has(label)) throw new Error(`${label} fails`);
        return { sum: terms.reduce((sum, term) => sum + term, 0) };
      }),
      handlerOf(undo, ({ data: { label } }) => {
        this.handled.push(`${label}!`);
        if (this.failing.has(`${label}!`)) throw new Error(`${label} cannot be undone`);
      }),
    ];
  }

  /** Has steps of this label wait. Returns what lets them go. */
  hold(label: string): () => void {
    const held = new Gate();
    this.held.set(label, held);
    return held.open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const held of this.held.values()) held.open();
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.producer.close();
    await this.operator.close();
  }
}

/** Opened once, for all that wait for it. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

export type EngineKind = 'Redis' | 'memory';
export const engineKinds: readonly EngineKind[] = ['Redis', 'memory'];

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
