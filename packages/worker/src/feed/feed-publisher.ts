// The heartbeat thread's side of the feed: answers what is asked, at once, and publishes frames while the fleet is watched.
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import {
  steadyNowMs,
  writeFrame,
  writeMachine,
  writeReport,
  type FleetRequest,
  type FleetPublisher,
} from '@acktor/core/engine';
import { msSinceSign } from '../heartbeat/heartbeat-protocol.js';
import type { FeedNote, FeedOrder, Lag } from './feed-protocol.js';

export interface FeedPublisherDeps {
  readonly fleet: FleetPublisher;
  readonly port: MessagePort;
  readonly workerId: string;
  /** Where the main thread leaves its signs of life. */
  readonly lastSign: SharedArrayBuffer;
}

/** Publishes for a main thread that may be blocked: then it gives the last report, and for how long the thread has been blocked. */
export class FeedPublisher {
  readonly #deps: FeedPublisherDeps;
  readonly #machines = new Map<string, string>();
  readonly #asking = new Map<string, string>();
  /** The last report of the main thread, and the number of the last frame before it. */
  #report: { readonly text: string; readonly sequence: number } | undefined;
  #lag: Lag = { lagP50Ms: 0, lagP99Ms: 0, lagMaxMs: 0 };
  #sequence = 0;
  #watchedUntilMs = 0;
  #publishedAtMs = 0;
  #watching: NodeJS.Timeout | undefined;

  constructor(deps: FeedPublisherDeps) {
    this.#deps = deps;
    deps.port.on('message', (note: FeedNote) => this.#receive(note));
  }

  start(): Promise<void> {
    return this.#deps.fleet.listen((ask) => this.#answer(ask));
  }

  async leave(): Promise<void> {
    this.#receiveAll();
    clearInterval(this.#watching);
    this.#deps.port.close();
    await this.#deps.fleet.leave();
  }

  /** The order to leave comes another way, and may overtake the last notes. */
  #receiveAll(): void {
    for (let next = receiveMessageOnPort(this.#deps.port); next; next = receiveMessageOnPort(this.#deps.port))
      this.#receive(next.message as FeedNote);
  }

  #answer(ask: FleetRequest): void {
    switch (ask.type) {
      case 'watch':
        return this.#watched();
      case 'machine':
        return this.#deps.fleet.answer(ask.to, writeMachine(ask.ask, ask.machineId, this.#machines.get(ask.machineId)));
      case 'report':
        // In a flood of asks, further ones get no answer: their askers ask again.
        if (this.#asking.size >= MOST_ASKING) return;
        this.#asking.set(ask.ask, ask.to);
        this.#order({ type: 'report' });
        setTimeout(() => this.#answerIfBlocked(), BLOCKED_MAIN_MS);
        setTimeout(() => this.#answerAll(), BUSY_MAIN_MS);
    }
  }

  /** A main thread that is only slow is waited for: its last report is older than its last frames, and a watcher could not go on from it. */
  #answerIfBlocked(): void {
    if (this.#eventLoop().blockedForMs > 0) this.#answerAll();
  }

  #receive(note: FeedNote): void {
    if (note.type === 'machine') return void this.#machines.set(note.machineId, note.definition);
    this.#lag = note.lag;
    if (note.type === 'frame') return this.#frame(note.changes);
    this.#report = { text: note.report, sequence: this.#sequence };
    this.#answerAll();
  }

  /** Every asker gets the last report, fresh or not; one that misses frames after it asks again. */
  #answerAll(): void {
    if (this.#report === undefined) return;
    const { text, sequence } = this.#report;
    const report = { sequence, eventLoop: this.#eventLoop(), report: text };
    for (const [ask, to] of this.#asking) this.#deps.fleet.answer(to, writeReport({ ask, ...report }));
    this.#asking.clear();
  }

  #watched(): void {
    this.#watchedUntilMs = steadyNowMs() + WATCHED_FOR_MS;
    if (this.#watching) return;
    this.#order({ type: 'watched' });
    this.#watching = setInterval(() => this.#stayWatched(), CHECK_EVERY_MS);
  }

  /** Publishes now and then though nothing happens, so that silence means something. */
  #stayWatched(): void {
    if (steadyNowMs() > this.#watchedUntilMs) {
      clearInterval(this.#watching);
      this.#watching = undefined;
      return this.#order({ type: 'unwatched' });
    }
    if (steadyNowMs() - this.#publishedAtMs >= PUBLISH_EVERY_MS) this.#frame(NOTHING);
  }

  #frame(changes: string): void {
    if (this.#watching === undefined) return;
    const { workerId, fleet } = this.#deps;
    this.#sequence += 1;
    this.#publishedAtMs = steadyNowMs();
    const head = { workerId, sequence: this.#sequence, atMs: this.#publishedAtMs, eventLoop: this.#eventLoop() };
    void fleet.publish(writeFrame({ ...head, changes })).then(() => this.#order({ type: 'published' }));
  }

  #eventLoop() {
    const forMs = msSinceSign(this.#deps.lastSign);
    return { ...this.#lag, blockedForMs: forMs > BLOCKED_AFTER_MS ? forMs : 0 };
  }

  #order(order: FeedOrder): void {
    this.#deps.port.postMessage(order);
  }
}

/** All are answered within 400 ms. */
const MOST_ASKING = 1_000;
/** A main thread that moves needs some milliseconds. */
const BLOCKED_MAIN_MS = 100;
/** An asker waits for half a second. */
const BUSY_MAIN_MS = 400;
/** A watcher says every 3 s that it watches. */
const WATCHED_FOR_MS = 10_000;
const CHECK_EVERY_MS = 250;
const PUBLISH_EVERY_MS = 500;
/** Twice the time between two signs of the main thread. */
const BLOCKED_AFTER_MS = 500;
const NOTHING = JSON.stringify({ consumers: [], gone: [], steps: [], totals: [] });
