// What a supervisor says of the queues that its workers consume: of the whole fleet's jobs, read when somebody asks.
import type { QueueDepth } from '@acktor/core/engine';
import { Gauge, type Registry } from 'prom-client';
import { desiredConsumers } from '@acktor/worker';

export interface QueueReading {
  readonly depth: QueueDepth;
  /** How long handlers of this queue took here, on average; undefined when none has run. */
  readonly handlingMs: number | undefined;
}

export class QueueMetrics {
  readonly #jobs: Gauge<'queue' | 'place'>;
  readonly #oldest: Gauge<'queue'>;
  readonly #paused: Gauge<'queue'>;
  readonly #desired: Gauge<'queue'>;
  readonly #backlogMs: number;

  constructor(registry: Registry, backlogMs: number) {
    const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Gauge<Label>({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.#backlogMs = backlogMs;
    this.#jobs = gauge('acktor_queue_jobs', 'Jobs of the queue: waiting, delayed, active or dead_letter', [
      'queue',
      'place',
    ]);
    this.#oldest = gauge(
      'acktor_queue_oldest_waiting_seconds',
      'How long ago the oldest waiting job was sent, with its delay and its time as a dead letter',
      ['queue'],
    );
    this.#paused = gauge('acktor_queue_paused', '1 while the queue is paused', ['queue']);
    this.#desired = gauge(
      'acktor_desired_consumers',
      'The consumers that the queue needs in the whole fleet to keep up and to work off what waits; for autoscalers',
      ['queue'],
    );
  }

  /** Says nothing until the queues are read again: figures of a server that is away would be old. */
  clear(): void {
    for (const gauge of [this.#jobs, this.#oldest, this.#paused, this.#desired]) gauge.reset();
  }

  set({ depth, handlingMs }: QueueReading): void {
    const { queue, waiting, delayed, active, deadLetters, isPaused, readAtMs } = depth;
    const { oldestWaitingAtMs = readAtMs } = depth;
    const places = { waiting, delayed, active, dead_letter: deadLetters };
    for (const [place, count] of Object.entries(places)) this.#jobs.set({ queue, place }, count);
    this.#oldest.set({ queue }, Math.max(0, readAtMs - oldestWaitingAtMs) / 1_000);
    this.#paused.set({ queue }, isPaused ? 1 : 0);
    const demand = { waiting: isPaused ? 0 : waiting, active, backlogMs: this.#backlogMs };
    this.#desired.set({ queue }, desiredConsumers({ ...demand, handlingMs: handlingMs ?? GUESSED_HANDLING_MS }));
  }
}

/** Before the first handler of a queue has ended: enough to begin with. */
const GUESSED_HANDLING_MS = 1_000;
