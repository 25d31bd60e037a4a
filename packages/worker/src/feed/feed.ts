// The main thread's side of the feed: gathers what is to be said of this process, and hands it to the heartbeat thread.
import { hostname } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { steadyNowMs, type WorkerReport } from '@acktor/core/engine';
import { version } from '../version.js';
import { EventLoopLag } from './event-loop.js';
import type { FeedNote, FeedOrder, FeedSource, SourceChanges } from './feed-protocol.js';
import { FollowedActors } from './followed-actors.js';
import type { MachineRegistry } from './machine-registry.js';

/** Speaks only when it is asked, and ten times a second while somebody watches. */
export class Feed {
  readonly #workerId: string;
  readonly #startedAtMs = steadyNowMs();
  readonly #sources: FeedSource[];
  readonly #lag = new EventLoopLag(steadyNowMs);
  readonly #refreshing: NodeJS.Timeout;
  #ticking: NodeJS.Timeout | undefined;
  #port: MessagePort | undefined;
  #refreshAfterMs = 0;
  #lastState = '';
  /** Whether the server has not yet taken the last frame: a queue of frames would make each older than the one before. */
  #isSaying = false;
  #isFrameDue = false;

  readonly machines: MachineRegistry;
  readonly actors: FollowedActors;

  constructor(workerId: string, machines: MachineRegistry) {
    this.#workerId = workerId;
    this.machines = machines;
    this.actors = new FollowedActors(machines);
    this.#sources = [this.actors];
    this.#refreshing = setInterval(() => this.#refresh(), REFRESH_EVERY_MS).unref();
  }

  /** Adds a pool to what is reported; those who watch already hear of all its consumers in the next frame. */
  add(source: FeedSource): void {
    this.#sources.push(source);
    if (this.#ticking) source.beginWatch();
  }

  /** The end that a heartbeat thread is to be given; what the last one had is void. */
  openPort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#endWatch();
    this.#port?.close();
    this.#port = port1;
    port1.on('message', (order: FeedOrder) => this.#obey(order));
    port1.unref();
    for (const { machineId, definition } of this.machines.all()) this.#note({ type: 'machine', machineId, definition });
    this.#report();
    return port2;
  }

  /** How late timers of the main thread are, 99th percentile of the last seconds. */
  get lagP99Ms(): number {
    return this.#lag.read().lagP99Ms;
  }

  /** What happened since the last frame, before the heartbeat ends. */
  flush(): void {
    if (this.#ticking) this.#frame();
  }

  close(): void {
    clearInterval(this.#refreshing);
    this.#endWatch();
    this.#lag.close();
    this.#port?.close();
  }

  #obey(order: FeedOrder): void {
    switch (order.type) {
      case 'report':
        // What is counted so far belongs before the report.
        this.flush();
        return this.#report();
      case 'watched':
        return this.#beginWatch();
      case 'unwatched':
        return this.#endWatch();
      case 'said':
        return this.#said();
    }
  }

  #beginWatch(): void {
    if (this.#ticking) return;
    for (const source of this.#sources) source.beginWatch();
    this.#isSaying = false;
    this.#ticking = setInterval(() => this.#tick(), FRAME_EVERY_MS).unref();
  }

  #endWatch(): void {
    if (!this.#ticking) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    this.#lastState = '';
    for (const source of this.#sources) source.endWatch();
  }

  #tick(): void {
    this.#isFrameDue = this.#isSaying;
    if (!this.#isFrameDue) this.#frame();
  }

  /** A server that is slow gets fewer frames, with more in each. */
  #said(): void {
    this.#isSaying = false;
    if (this.#isFrameDue && this.#ticking) this.#tick();
  }

  #frame(): void {
    const parts = this.#sources.map((source) => source.take());
    const state = this.#state();
    if (state === this.#lastState && parts.every(isEmpty)) return;
    const changes = {
      ...(state !== this.#lastState && { state }),
      consumers: parts.flatMap(({ consumers = [] }) => consumers),
      actors: parts.flatMap(({ actors = [] }) => actors),
      gone: parts.flatMap(({ gone }) => gone),
      steps: parts.flatMap(({ steps }) => steps),
      totals: parts.flatMap(({ totals = [] }) => totals),
    };
    this.#lastState = state;
    this.#isSaying = true;
    this.#note({ type: 'frame', changes: JSON.stringify(changes), lag: this.#lag.read() });
  }

  /** What the thread says while this one is blocked. A large process does it less often, so that it costs a thousandth at most. */
  #refresh(): void {
    const beganAtMs = performance.now();
    if (beganAtMs < this.#refreshAfterMs) return;
    this.#report();
    const endedAtMs = performance.now();
    this.#refreshAfterMs = endedAtMs + (endedAtMs - beganAtMs) * 1_000;
  }

  #report(): void {
    const parts = this.#sources.map((source) => source.report());
    const report: Omit<WorkerReport, 'eventLoop'> = {
      workerId: this.#workerId,
      host: hostname(),
      pid: process.pid,
      version,
      startedAtMs: this.#startedAtMs,
      atMs: steadyNowMs(),
      state: this.#state(),
      consumers: parts.flatMap(({ consumers = [] }) => consumers),
      actors: parts.flatMap(({ actors = [] }) => actors),
      totals: parts.flatMap(({ totals = [] }) => totals),
      residentBytes: process.memoryUsage.rss(),
      machineIds: this.machines.ids,
    };
    this.#note({ type: 'report', report: JSON.stringify(report), lag: this.#lag.read() });
  }

  #state(): string {
    return this.actors.stateOf(WORKER) ?? 'starting';
  }

  #note(note: FeedNote): void {
    this.#port?.postMessage(note);
  }
}

function isEmpty({ consumers = [], actors = [], totals = [], gone, steps }: SourceChanges): boolean {
  return [consumers, actors, totals, gone, steps].every(({ length }) => length === 0);
}

/** The worker's own actor. */
export const WORKER = 'worker';

const FRAME_EVERY_MS = 100;
const REFRESH_EVERY_MS = 1_000;
