// The main thread's side of the feed: gathers what is to be published of this process, and hands it to the heartbeat thread.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { steadyNowMs, type WorkerReport } from '@acktor/core/engine';
import type { FeedNote, FeedOrder, FeedSource, Lag, SourceChanges } from './feed-protocol.js';
import { FollowedActors, type MachineRegistry } from './followed-actors.js';

/** Makes a report when one is asked for, and ten frames a second while the fleet is watched. */
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
  #isPublishing = false;
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

  /** Adds a pool to what is reported; the next frame has all its consumers. */
  add(source: FeedSource): void {
    this.#sources.push(source);
    if (this.#ticking) source.beginWatch();
  }

  /** Returns the port for a heartbeat thread; the one of the last thread is closed. */
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

  /** Makes a frame of what happened since the last one; to be called before the heartbeat ends. */
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
      case 'published':
        return this.#published();
    }
  }

  #beginWatch(): void {
    if (this.#ticking) return;
    for (const source of this.#sources) source.beginWatch();
    this.#isPublishing = false;
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
    this.#isFrameDue = this.#isPublishing;
    if (!this.#isFrameDue) this.#frame();
  }

  /** A server that is slow gets fewer frames, with more in each. */
  #published(): void {
    this.#isPublishing = false;
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
    this.#isPublishing = true;
    this.#note({ type: 'frame', changes: JSON.stringify(changes), lag: this.#lag.read() });
  }

  /** Renews what the thread publishes while this one is blocked; in a large process less often, so that it costs a thousandth at most. */
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

/**
 * Measures how late the timers of the main thread are, for as long as the process lives. Node's histogram at a resolution of 50 ms costs an idle process 0.8 ms of processor
 * time a second (Node 20, at 10 ms it is 4), so it need not be switched.
 */
class EventLoopLag {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  readonly #now: () => number;
  #before: Lag = NO_LAG;
  #beganAtMs: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#beganAtMs = now();
    this.#histogram.enable();
  }

  /** Over the last five to ten seconds: this window and the one before it. To be asked more often than that. */
  read(): Lag {
    const lag = this.#window();
    const read = {
      lagP50Ms: Math.max(lag.lagP50Ms, this.#before.lagP50Ms),
      lagP99Ms: Math.max(lag.lagP99Ms, this.#before.lagP99Ms),
      lagMaxMs: Math.max(lag.lagMaxMs, this.#before.lagMaxMs),
    };
    if (this.#now() - this.#beganAtMs >= LAG_WINDOW_MS) this.#turn(lag);
    return read;
  }

  close(): void {
    this.#histogram.disable();
  }

  #turn(lag: Lag): void {
    this.#before = lag;
    this.#beganAtMs = this.#now();
    this.#histogram.reset();
  }

  #window(): Lag {
    if (this.#histogram.count === 0) return NO_LAG;
    const late = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5 - LAG_RESOLUTION_MS * 10) / 10);
    return {
      lagP50Ms: late(this.#histogram.percentile(50)),
      lagP99Ms: late(this.#histogram.percentile(99)),
      lagMaxMs: late(this.#histogram.max),
    };
  }
}

const NO_LAG: Lag = { lagP50Ms: 0, lagP99Ms: 0, lagMaxMs: 0 };
const LAG_RESOLUTION_MS = 50;
const LAG_WINDOW_MS = 5_000;

/** The version of this package, as its users see it. */
const version = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
