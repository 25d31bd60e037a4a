// The heartbeat thread's side of the feed: answers what is asked, at once, and publishes while somebody watches.
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { steadyNowMs, writeFrame, writeMachine, writeReport, type FleetAsk, type FleetLine } from '@acktor/core/engine';
import { msSinceSign } from '../heartbeat/sign-of-life.js';
import type { Lag } from './event-loop.js';
import type { FeedNote, FeedOrder } from './feed-protocol.js';

export interface FeedPublisherDeps {
  readonly line: FleetLine;
  readonly port: MessagePort;
  readonly workerId: string;
  /** Where the main thread leaves its signs of life. */
  readonly lastSign: SharedArrayBuffer;
}

/** Speaks for a main thread that may be blocked: then it says what it knew last, and for how long it has been so. */
export class FeedPublisher {
  readonly #deps: FeedPublisherDeps;
  readonly #machines = new Map<string, string>();
  readonly #waiting = new Map<string, string>();
  /** How the main thread said that it stands, and the number of the last frame before it said so. */
  #report: { readonly text: string; readonly sequence: number } | undefined;
  #lag: Lag = { lagP50Ms: 0, lagP99Ms: 0, lagMaxMs: 0 };
  #sequence = 0;
  #watchedUntilMs = 0;
  #spokeAtMs = 0;
  #watching: NodeJS.Timeout | undefined;

  constructor(deps: FeedPublisherDeps) {
    this.#deps = deps;
    deps.port.on('message', (note: FeedNote) => this.#noted(note));
  }

  start(): Promise<void> {
    return this.#deps.line.listen((ask) => this.#asked(ask));
  }

  async leave(): Promise<void> {
    this.#hearAll();
    clearInterval(this.#watching);
    this.#deps.port.close();
    await this.#deps.line.leave();
  }

  /** The order to leave comes another way, and may overtake the last notes. */
  #hearAll(): void {
    for (let next = receiveMessageOnPort(this.#deps.port); next; next = receiveMessageOnPort(this.#deps.port))
      this.#noted(next.message as FeedNote);
  }

  #asked(ask: FleetAsk): void {
    switch (ask.type) {
      case 'watch':
        return this.#watched();
      case 'machine':
        return this.#deps.line.answer(ask.to, writeMachine(ask.ask, ask.machineId, this.#machines.get(ask.machineId)));
      case 'report':
        // Whoever asks in a flood is answered once it is over.
        if (this.#waiting.size >= MOST_WAITING) return;
        this.#waiting.set(ask.ask, ask.to);
        this.#order({ type: 'report' });
        setTimeout(() => this.#answerIfBlocked(), BLOCKED_MAIN_MS);
        setTimeout(() => this.#answerAll(), BUSY_MAIN_MS);
    }
  }

  /** A main thread that is only slow is waited for: what it said before lies behind its frames, and whoever watches could not go on from it. */
  #answerIfBlocked(): void {
    if (this.#eventLoop().blockedForMs > 0) this.#answerAll();
  }

  #noted(note: FeedNote): void {
    if (note.type === 'machine') return void this.#machines.set(note.machineId, note.definition);
    this.#lag = note.lag;
    if (note.type === 'frame') return this.#frame(note.changes);
    this.#report = { text: note.report, sequence: this.#sequence };
    this.#answerAll();
  }

  /** All who have asked get the last report, be it fresh or not; whoever misses frames after it asks again. */
  #answerAll(): void {
    if (this.#report === undefined) return;
    const { text, sequence } = this.#report;
    const report = { sequence, eventLoop: this.#eventLoop(), report: text };
    for (const [ask, to] of this.#waiting) this.#deps.line.answer(to, writeReport({ ask, ...report }));
    this.#waiting.clear();
  }

  #watched(): void {
    this.#watchedUntilMs = steadyNowMs() + WATCHED_FOR_MS;
    if (this.#watching) return;
    this.#order({ type: 'watched' });
    this.#watching = setInterval(() => this.#stayWatched(), LOOK_EVERY_MS);
  }

  /** Says something now and then though nothing happens, so that silence means something. */
  #stayWatched(): void {
    if (steadyNowMs() > this.#watchedUntilMs) {
      clearInterval(this.#watching);
      this.#watching = undefined;
      return this.#order({ type: 'unwatched' });
    }
    if (steadyNowMs() - this.#spokeAtMs >= SPEAK_EVERY_MS) this.#frame(NOTHING);
  }

  #frame(changes: string): void {
    if (this.#watching === undefined) return;
    const { workerId, line } = this.#deps;
    this.#sequence += 1;
    this.#spokeAtMs = steadyNowMs();
    const head = { workerId, sequence: this.#sequence, atMs: this.#spokeAtMs, eventLoop: this.#eventLoop() };
    void line.tell(writeFrame({ ...head, changes })).then(() => this.#order({ type: 'said' }));
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
const MOST_WAITING = 1_000;
/** A main thread that moves needs some milliseconds. */
const BLOCKED_MAIN_MS = 100;
/** Whoever asks waits for half a second. */
const BUSY_MAIN_MS = 400;
/** Watchers give a sign every 3 s. */
const WATCHED_FOR_MS = 10_000;
const LOOK_EVERY_MS = 250;
const SPEAK_EVERY_MS = 500;
/** Twice the time between two signs of the main thread. */
const BLOCKED_AFTER_MS = 500;
const NOTHING = JSON.stringify({ consumers: [], gone: [], steps: [], totals: [] });
