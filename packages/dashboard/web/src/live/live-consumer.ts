// One consumer and the states it went through while the page was open.
import type { ConsumerReport } from '@acktor/core/engine';
import type { LiveProcess } from './live-process.js';
import type { UsualDurations } from './usual-durations.js';

/** A stay in one state; it ends where the next one begins. */
export interface Stay {
  readonly state: string;
  readonly sinceMs: number;
  readonly jobId: string | undefined;
  readonly jobName: string | undefined;
}

/** More would cost memory and show nothing: a lane has fewer pixels. */
const maxStays = 800;

export class LiveConsumer {
  /** Unique in the fleet. */
  readonly key: string;
  readonly stays: Stay[];

  constructor(
    readonly worker: LiveProcess,
    public report: ConsumerReport,
  ) {
    this.key = `${worker.id}/${report.consumer}`;
    this.stays = [stayOf(report)];
  }

  get queue(): string {
    return this.report.queue;
  }

  /** Its state, or `lost` when its process has died. */
  get state(): string {
    return this.worker.ended === undefined ? this.report.state : 'lost';
  }

  get sinceMs(): number {
    return this.worker.ended?.atMs ?? this.report.inStateSinceMs;
  }

  move(report: ConsumerReport, usual: UsualDurations): void {
    const before = this.report.held;
    if (before !== undefined && before.jobId !== report.held?.jobId)
      usual.add(before.jobName, Math.max(0, report.inStateSinceMs - before.heldSinceMs));
    this.report = report;
    const last = this.stays.at(-1);
    if (last?.state === report.state && last.sinceMs === report.inStateSinceMs) return;
    this.push(stayOf(report));
  }

  lose(atMs: number): void {
    this.push({ state: 'lost', sinceMs: atMs, jobId: this.report.held?.jobId, jobName: this.report.held?.jobName });
  }

  private push(stay: Stay): void {
    this.stays.push(stay);
    // The older half keeps every second stay: far back, a lane shows less than it holds.
    if (this.stays.length > maxStays) thin(this.stays);
  }
}

function thin(stays: Stay[]): void {
  const half = stays.length / 2;
  const kept = stays.filter((_, index) => index >= half || index % 2 === 0);
  stays.splice(0, stays.length, ...kept);
}

function stayOf({ state, inStateSinceMs, held }: ConsumerReport): Stay {
  return { state, sinceMs: inStateSinceMs, jobId: held?.jobId, jobName: held?.jobName };
}
