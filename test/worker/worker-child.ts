// The parent's side of a worker in a process of its own.
import type { WorkerOptions } from '@acktor/worker';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Heard } from '../signals/heard.js';

/** What the process is to do. */
export interface WorkerWish {
  readonly handler: 'waits' | 'neverEnds' | 'measures' | 'blocks' | 'steps';
  /** Whether a second worker, of another queue, idles in the same process. */
  readonly hasCompany?: boolean;
  readonly options: Omit<WorkerOptions, 'handlers' | 'container' | 'logger'>;
}

export type WorkerOrder = 'finish' | 'close';

/** What it says. */
export type WorkerReport =
  | { readonly kind: 'started'; readonly maxRssBytes: number }
  | { readonly kind: 'handling'; readonly id: string; readonly redelivered: boolean }
  | { readonly kind: 'log'; readonly message: string; readonly maxRssBytes: number };

export class WorkerChild implements AsyncDisposable {
  readonly reports = new Heard<WorkerReport>();
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown[]>;

  private constructor(wish: WorkerWish) {
    this.#process = fork(new URL('worker-process.js', import.meta.url), [JSON.stringify(wish)]);
    this.#process.on('message', (report: WorkerReport) => this.reports.push(report));
    this.#exit = once(this.#process, 'exit');
  }

  /** Starts the process and resolves when its worker runs. */
  static async start(wish: WorkerWish): Promise<WorkerChild> {
    const child = new WorkerChild(wish);
    await child.hears('started');
    return child;
  }

  async hears<Kind extends WorkerReport['kind']>(kind: Kind): Promise<Extract<WorkerReport, { kind: Kind }>> {
    return (await this.reports.first((report) => report.kind === kind)) as Extract<WorkerReport, { kind: Kind }>;
  }

  async logs(words: string): Promise<Extract<WorkerReport, { kind: 'log' }>> {
    const saysSo = (report: WorkerReport) => report.kind === 'log' && report.message.includes(words);
    return (await this.reports.first(saysSo)) as Extract<WorkerReport, { kind: 'log' }>;
  }

  order(order: WorkerOrder): void {
    this.#process.send(order);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** The exit code, or the signal that ended it, once it has ended. */
  async ended(): Promise<number | NodeJS.Signals> {
    const [code, signal] = await this.#exit;
    return (code ?? signal) as number | NodeJS.Signals;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.signal('SIGKILL');
    await this.#exit;
  }
}
