// A watcher that remembers everything, and adds up what it saw.
import type { DroppedMessages, Fleet, FleetWatcher, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import { Heard } from '../signals/heard.js';

export interface Gone {
  readonly workerId: string;
  readonly how: 'left' | 'died';
}

export class FleetRecorder implements FleetWatcher, Disposable {
  readonly reports = new Heard<WorkerReport>();
  readonly frames = new Heard<WorkerFrame>();
  readonly gone = new Heard<Gone>();
  readonly connection = new Heard<'away' | 'back'>();
  readonly dropped = new Heard<DroppedMessages>();
  /** Everything, in the order in which it was heard. */
  readonly order: string[] = [];
  readonly #ending = new AbortController();
  /** Resolves when the watch has ended. */
  readonly ended: Promise<void>;

  constructor(fleet: Fleet) {
    this.ended = fleet.watch(this, this.#ending.signal);
  }

  onReport(report: WorkerReport): void {
    this.order.push(`report ${report.workerId}`);
    this.reports.push(report);
  }

  onFrame(frame: WorkerFrame): void {
    this.order.push(`frame ${frame.workerId}`);
    this.frames.push(frame);
  }

  onGone(workerId: string, how: Gone['how']): void {
    this.gone.push({ workerId, how });
  }

  onConnection(state: 'away' | 'back'): void {
    this.connection.push(state);
  }

  onDropped(dropped: DroppedMessages): void {
    this.dropped.push(dropped);
  }

  /** How often consumers went from one state to the other, by all frames so far. */
  count(from: string, to: string): number {
    return sum(this.#stepsOf(from, to).map(({ count }) => count));
  }

  /** How long they had been in the first before, in milliseconds. */
  dwellMs(from: string, to: string): number {
    return sum(this.#stepsOf(from, to).map(({ dwellMsTotal }) => dwellMsTotal));
  }

  /** Resolves with the first frame after which `isSo`. */
  async when(isSo: () => boolean): Promise<void> {
    await this.frames.first(() => isSo());
  }

  stop(): Promise<void> {
    this.#ending.abort();
    return this.ended;
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
  }

  #stepsOf(from: string, to: string) {
    return this.frames.all.flatMap(({ steps }) => steps).filter((step) => step.from === from && step.to === to);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
