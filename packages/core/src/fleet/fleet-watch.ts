// One watch over the fleet: keeps the workers publishing, keeps their frames in order, and notices which workers are gone.
import { randomUUID } from 'node:crypto';
import type { FleetAnswer, FleetEvent } from './fleet-message.js';
import type { FleetWatcher } from './fleet.js';
import { onAbort, steadyNowMs } from '../guarded.js';
import type { FleetHub } from './fleet-hub.js';
import type { WorkerFrame } from './worker-report.js';
import { KnownWorkers } from './known-workers.js';

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
  /** Whether the connection is away. */
  #isCutOff = false;
  /** Whether the server has not answered for too long, though the connection looks up. */
  #isUnanswered = false;
  #isPolling = false;
  #answeredAtMs = steadyNowMs();
  /** Until then no worker counts as gone: after a restart of the server all are away for a moment. */
  #judgesAfterMs = 0;

  constructor(hub: FleetHub, watcher: FleetWatcher) {
    this.#hub = hub;
    this.#watcher = guarded(watcher, (error) => hub.drop('what a watcher was called with', error));
  }

  async start(): Promise<() => Promise<void>> {
    const stops = [
      this.#hub.onAnswer(this.#ask, (answer) => this.#answered(answer)),
      this.#hub.onChange((state) => this.#setReachability(() => (this.#isCutOff = state === 'away'))),
      this.#hub.onDropped((dropped) => this.#watcher.onDropped?.(dropped)),
      every(ANNOUNCE_EVERY_MS, () => this.#announce()),
      every(POLL_EVERY_MS, () => this.#pollWhenFree()),
    ];
    const stopAll = () => {
      for (const stop of stops) stop();
    };
    try {
      const stopListening = await this.#hub.onEvent((event) => this.#receive(event));
      this.#meetAll();
      return () => {
        stopAll();
        return stopListening();
      };
    } catch (error) {
      stopAll();
      throw error;
    }
  }

  #meetAll(): void {
    this.#known.askedAll(steadyNowMs());
    this.#announce();
    this.#askForReport();
  }

  #announce(): void {
    void this.#hub.ask({ type: 'watch' }).catch(() => undefined);
  }

  /** From all, or from one. A request that is lost is made again: with the next frame, or when the connection is back. */
  #askForReport(workerId?: string): void {
    void this.#hub.ask({ type: 'report', to: this.#hub.asker, ask: this.#ask }, workerId).catch(() => undefined);
  }

  #answered(answer: FleetAnswer): void {
    if (answer.type !== 'report') return;
    const isNew = this.#known.reported(answer.report.workerId, answer.sequence, steadyNowMs());
    if (isNew) this.#watcher.onReport(answer.report);
  }

  #receive(event: FleetEvent): void {
    switch (event.type) {
      case 'frame':
        return this.#frame(event.frame);
      case 'joined':
        this.#announce();
        return this.#askForReport(event.workerId);
      case 'left':
        if (this.#known.forget(event.workerId)) this.#watcher.onGone(event.workerId, 'left');
    }
  }

  #frame(frame: WorkerFrame): void {
    const verdict = this.#known.received(frame.workerId, frame.sequence, steadyNowMs());
    if (verdict === 'next') this.#watcher.onFrame(frame);
    if (verdict === 'gap') this.#askForReport(frame.workerId);
  }

  /** Applies a change of the server's reachability, and reports what it leads to. */
  #setReachability(change: () => void): void {
    const wasAway = this.#isAway;
    change();
    if (this.#isAway === wasAway) return;
    this.#watcher.onConnection(this.#isAway ? 'away' : 'back');
    if (this.#isAway) return;
    this.#judgesAfterMs = steadyNowMs() + HOLD_OFF_MS;
    this.#meetAll();
  }

  /** Polls which workers are still there, one poll at a time: a server that hangs neither answers a call nor fails it for a while. */
  #pollWhenFree(): void {
    if (this.#isLate()) this.#setReachability(() => (this.#isUnanswered = true));
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#poll()
      .catch(() => undefined)
      .finally(() => (this.#isPolling = false));
  }

  /** Counts workers as gone only when this poll and those before it were answered: workers that cannot be reached may be alive. */
  async #poll(): Promise<void> {
    const { ids } = this.#known;
    const missing = await this.#hub.missing(ids);
    if (this.#isLate()) this.#setReachability(() => (this.#isUnanswered = true));
    this.#answeredAtMs = steadyNowMs();
    this.#setReachability(() => (this.#isUnanswered = false));
    if (this.#isAway || steadyNowMs() < this.#judgesAfterMs) return;
    const silent = this.#known.silentFor(SILENT_FOR_MS, steadyNowMs());
    for (const id of new Set([...this.#known.missed(missing ?? []), ...silent]))
      if (this.#known.forget(id)) this.#watcher.onGone(id, 'died');
  }

  #isLate(): boolean {
    return steadyNowMs() - this.#answeredAtMs > UNANSWERED_AFTER_MS;
  }

  get #isAway(): boolean {
    return this.#isCutOff || this.#isUnanswered;
  }
}

/** Calls come from timers and listeners, where an exception would end the process. */
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

/** Workers publish for 10 s after an announcement: two may be lost. */
const ANNOUNCE_EVERY_MS = 3_000;
const POLL_EVERY_MS = 250;
/** A process that is stopped, or cut off silently, is still connected as far as the server knows. */
const SILENT_FOR_MS = 5_000;
/** Less than the silence that counts as death, or all workers would count as dead when the server hangs. */
const UNANSWERED_AFTER_MS = 2_000;
/** Workers reconnect within 300 ms of a server's return. */
const HOLD_OFF_MS = 2_000;
