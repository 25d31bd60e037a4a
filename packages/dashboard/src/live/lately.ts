// Which processes came and went in the last minutes, for whoever looked away when it happened.
import type { ProcessDeath, WorkerReport } from '@acktor/core/engine';
import type { ProcessNews } from '../protocol/live.js';

export class Lately {
  #news: readonly ProcessNews[] = [];
  #untold: readonly ProcessNews[] = [];

  /** A process that was not known: news only when it has just started. */
  joined(report: WorkerReport, nowMs: number): void {
    if (nowMs - report.startedAtMs < KEPT_MS) this.#add(report, 'joined', Math.min(nowMs, report.startedAtMs));
  }

  /** @param report how the process stood last. */
  gone(report: WorkerReport, how: 'left' | 'died', nowMs: number): void {
    this.#add(report, how, nowMs);
  }

  /** What is kept of deaths on the server: also of those that nobody watched. Each is news once. */
  recorded(deaths: readonly ProcessDeath[], nowMs: number): void {
    for (const { workerId, atMs, held } of deaths) {
      if (nowMs - atMs < KEPT_MS) this.#note({ workerId, ...nameOf(workerId), what: 'died', atMs, held });
    }
  }

  /** All of the last minutes, the oldest first. */
  all(nowMs: number): readonly ProcessNews[] {
    this.#news = this.#news.filter(({ atMs }) => nowMs - atMs < KEPT_MS);
    return this.#news;
  }

  /** What has come since it was asked last. */
  takeUntold(): readonly ProcessNews[] {
    const untold = this.#untold;
    this.#untold = [];
    return untold;
  }

  #add({ workerId, host, pid, consumers }: WorkerReport, what: ProcessNews['what'], atMs: number): void {
    const held = consumers.filter((consumer) => consumer.held !== undefined).length;
    this.#note({ workerId, host, pid, what, atMs, held });
  }

  #note(news: ProcessNews): void {
    if (this.#news.some(({ workerId, what }) => workerId === news.workerId && what === news.what)) return;
    this.#untold = [...this.#untold, news].slice(-MOST);
    this.#news = [...this.#news, news].toSorted((one, other) => one.atMs - other.atMs).slice(-MOST);
  }
}

/** A worker's id begins with its host and its process id. */
function nameOf(workerId: string): Pick<ProcessNews, 'host' | 'pid'> {
  const [, host = workerId, pid = '0'] = /^(.+)-(\d{1,10})-[^-]+$/.exec(workerId) ?? [];
  return { host, pid: Number(pid) };
}

const KEPT_MS = 5 * 60_000;
/** A fleet whose processes all come and go must not fill every snapshot. */
const MOST = 100;
