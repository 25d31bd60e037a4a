// How old the latest is that is known of each worker process, and which processes came and went.
import type { ProcessDeath, WorkerReport } from '@acktor/core/engine';
import { PROCESS_EVENT_KEPT_MS, type ProcessEvents } from '../protocol/fleet-model.js';
import type { ProcessEvent, QuietProcess } from '../protocol/live.js';

/**
 * Workers put the time of their own clock on what they publish. How much of the difference until it arrives is delay, and how much
 * the clocks' difference, cannot be known; but the quickest message of the last minute was hardly delayed.
 */
export class Freshness {
  readonly #delays = new Map<string, Delays>();

  /** A report arrived. Its own time does not count: it may have been stored for a while. */
  reported(workerId: string, nowMs: number): void {
    this.#delaysOf(workerId).knownAtMs = nowMs;
  }

  /** A message arrived that was published at `sentAtMs` by the worker's clock. */
  received(workerId: string, sentAtMs: number, nowMs: number): void {
    this.#delaysOf(workerId).add(sentAtMs, nowMs);
  }

  forget(workerId: string): void {
    this.#delays.delete(workerId);
  }

  /** Processes of which nothing is known that is younger than two seconds. */
  quiet(nowMs: number): readonly QuietProcess[] {
    return [...this.#delays]
      .map(([workerId, { knownAtMs }]) => ({ workerId, heardAtMs: knownAtMs }))
      .filter(({ heardAtMs }) => nowMs - heardAtMs > QUIET_AFTER_MS);
  }

  #delaysOf(workerId: string): Delays {
    const delays = this.#delays.get(workerId) ?? new Delays();
    this.#delays.set(workerId, delays);
    return delays;
  }
}

/** Four times the interval at which a process publishes that has nothing to report. */
const QUIET_AFTER_MS = 2_000;
const SPAN_MS = 30_000;

/** The delays of one worker's messages, measured from its clock to ours. */
class Delays {
  /** When the latest that is known was published, by our clock. */
  knownAtMs = 0;
  /** The least of this span, and of the one before. */
  #leastMs = Infinity;
  #leastBeforeMs = Infinity;
  #spanEndsAtMs = 0;

  add(sentAtMs: number, nowMs: number): void {
    if (nowMs >= this.#spanEndsAtMs) {
      [this.#leastBeforeMs, this.#leastMs] = [this.#leastMs, Infinity];
      this.#spanEndsAtMs = nowMs + SPAN_MS;
    }
    this.#leastMs = Math.min(this.#leastMs, nowMs - sentAtMs);
    this.knownAtMs = sentAtMs + Math.min(this.#leastMs, this.#leastBeforeMs);
  }
}

/** Writes down processes that come and go, for people who looked away when it happened. */
export class ProcessEventLog {
  readonly #events: ProcessEvents;
  #unsent: readonly ProcessEvent[] = [];

  constructor(events: ProcessEvents) {
    this.#events = events;
  }

  /** A process that was not known: an event only when it has just started. */
  joined(report: WorkerReport, nowMs: number): void {
    if (nowMs - report.startedAtMs < PROCESS_EVENT_KEPT_MS)
      this.#add([eventOf(report, 'joined', Math.min(nowMs, report.startedAtMs))]);
  }

  /** @param report the last of the process. */
  gone(report: WorkerReport, how: 'left' | 'died', nowMs: number): void {
    this.#add([eventOf(report, how, nowMs)]);
  }

  /** Deaths that are kept on the server, also of processes that were not watched. */
  recorded(deaths: readonly ProcessDeath[], nowMs: number): void {
    const recent = deaths.filter(({ atMs }) => nowMs - atMs < PROCESS_EVENT_KEPT_MS);
    this.#add(recent.map(({ workerId, atMs, held }) => ({ workerId, ...nameOf(workerId), what: 'died', atMs, held })));
  }

  /** Events since the last call. */
  takeUnsent(): readonly ProcessEvent[] {
    const unsent = this.#unsent;
    this.#unsent = [];
    return unsent;
  }

  #add(events: readonly ProcessEvent[]): void {
    this.#unsent = [...this.#unsent, ...this.#events.add(events)].slice(-MOST_UNSENT);
  }
}

/** While no browser is connected, nothing takes them. */
const MOST_UNSENT = 100;

function eventOf(report: WorkerReport, what: ProcessEvent['what'], atMs: number): ProcessEvent {
  const { workerId, host, pid, consumers } = report;
  return { workerId, host, pid, what, atMs, held: consumers.filter(({ held }) => held !== undefined).length };
}

/** A worker's id begins with its host and its process id. */
function nameOf(workerId: string): Pick<ProcessEvent, 'host' | 'pid'> {
  const [, host = workerId, pid = '0'] = /^(.+)-(\d{1,10})-[^-]+$/.exec(workerId) ?? [];
  return { host, pid: Number(pid) };
}
