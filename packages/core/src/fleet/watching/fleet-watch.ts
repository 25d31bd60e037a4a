// One watch over the fleet: keeps the workers publishing, their frames in order, and notices who is gone.
import { randomUUID } from 'node:crypto';
import type { FleetAnswer, FleetNews } from '../fleet-message.js';
import type { FleetWatcher } from '../fleet.js';
import { onAbort } from '../../redis/on-abort.js';
import type { FleetHub } from '../redis/fleet-hub.js';
import type { WorkerFrame } from '../worker-frame.js';
import { KnownWorkers } from './known-workers.js';
import { steadyNowMs } from '../steady-time.js';

/** Resolves when the signal aborts, and has stopped listening then. */
export async function watchFleet(hub: FleetHub, watcher: FleetWatcher, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let stopListening: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => {
    stopListening = onAbort(signal, resolve);
  });
  try {
    const stop = await new FleetWatch(hub, watcher).start();
    await aborted;
    await stop();
  } finally {
    stopListening?.();
  }
}

class FleetWatch {
  readonly #hub: FleetHub;
  readonly #watcher: FleetWatcher;
  readonly #ask = randomUUID();
  readonly #known = new KnownWorkers();
  #isAway = false;
  /** Until then nobody counts as gone: after a restart of the server all are away for a moment. */
  #judgesAfterMs = 0;

  constructor(hub: FleetHub, watcher: FleetWatcher) {
    this.#hub = hub;
    this.#watcher = guarded(watcher, (error) => hub.drop('what a watcher was called with', error));
  }

  async start(): Promise<() => Promise<void>> {
    const stops = [
      this.#hub.onAnswer(this.#ask, (answer) => this.#answered(answer)),
      this.#hub.onChange((state) => this.#changed(state)),
      this.#hub.onDropped((dropped) => this.#watcher.onDropped?.(dropped)),
      every(SIGN_EVERY_MS, () => this.#sign()),
      every(LOOK_EVERY_MS, () => void this.#look()),
    ];
    const stopListening = await this.#hub.onNews((news) => this.#heard(news));
    this.#meetAll();
    return () => {
      for (const stop of stops) stop();
      return stopListening();
    };
  }

  #meetAll(): void {
    this.#known.askedAll(steadyNowMs());
    this.#sign();
    this.#askForReport();
  }

  #sign(): void {
    void this.#hub.ask({ type: 'watch' }).catch(() => undefined);
  }

  /** Of all, or of one. An ask that is lost is made again: with the next frame, or when the connection is back. */
  #askForReport(workerId?: string): void {
    void this.#hub.ask({ type: 'report', to: this.#hub.asker, ask: this.#ask }, workerId).catch(() => undefined);
  }

  #answered(answer: FleetAnswer): void {
    if (answer.type !== 'report') return;
    const isNews = this.#known.reported(answer.report.workerId, answer.sequence, steadyNowMs());
    if (isNews) this.#watcher.onReport(answer.report);
  }

  #heard(news: FleetNews): void {
    switch (news.type) {
      case 'frame':
        return this.#frame(news.frame);
      case 'joined':
        this.#sign();
        return this.#askForReport(news.workerId);
      case 'left':
        if (this.#known.forget(news.workerId)) this.#watcher.onGone(news.workerId, 'left');
    }
  }

  #frame(frame: WorkerFrame): void {
    const verdict = this.#known.heard(frame.workerId, frame.sequence, steadyNowMs());
    if (verdict === 'next') this.#watcher.onFrame(frame);
    if (verdict === 'gap') this.#askForReport(frame.workerId);
  }

  #changed(state: 'away' | 'back'): void {
    this.#isAway = state === 'away';
    this.#watcher.onConnection(state);
    if (this.#isAway) return;
    this.#judgesAfterMs = steadyNowMs() + HOLD_OFF_MS;
    this.#meetAll();
  }

  /** Looks who is still there. */
  async #look(): Promise<void> {
    const { ids } = this.#known;
    if (ids.length === 0 || !this.#canJudge()) return;
    const missing = await this.#hub.missing(ids).catch(() => undefined);
    // The connection may have broken meanwhile: then nobody was heard, whoever is alive.
    if (!this.#canJudge()) return;
    const silent = this.#known.silentFor(SILENT_FOR_MS, steadyNowMs());
    for (const id of new Set([...this.#known.missed(missing ?? []), ...silent]))
      if (this.#known.forget(id)) this.#watcher.onGone(id, 'died');
  }

  #canJudge(): boolean {
    return !this.#isAway && steadyNowMs() >= this.#judgesAfterMs;
  }
}

/** Calls come from timers and listeners, where what is thrown ends the process, and whatever program the watcher is part of. */
function guarded(watcher: FleetWatcher, onThrown: (error: unknown) => void): FleetWatcher {
  const run = (call: () => void) => {
    try {
      call();
    } catch (error) {
      onThrown(error);
    }
  };
  return {
    onReport: (report) => run(() => watcher.onReport(report)),
    onFrame: (frame) => run(() => watcher.onFrame(frame)),
    onGone: (workerId, how) => run(() => watcher.onGone(workerId, how)),
    onConnection: (state) => run(() => watcher.onConnection(state)),
    onDropped: (dropped) => watcher.onDropped?.(dropped),
  };
}

function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
}

/** Workers publish for 10 s after a sign: two may be lost. */
const SIGN_EVERY_MS = 3_000;
const LOOK_EVERY_MS = 250;
/** A process that is stopped, or cut off by a network that says nothing, is connected as far as the server knows. */
const SILENT_FOR_MS = 5_000;
/** Workers reconnect within 300 ms of a server's return. */
const HOLD_OFF_MS = 2_000;
