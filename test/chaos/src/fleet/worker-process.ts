// A worker process of a trial, as the trial sees it.
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nowMs } from '../trial/time.js';
import { endsWithUs } from './ends-with-us.js';
import type { FailingAction } from './failing-actions.js';
import type {
  DeliveryReport,
  FleetOrder,
  FleetReport,
  LogReport,
  MemoryReport,
  WorkerOrder,
} from './fleet-protocol.js';

/** A real process that runs one worker. */
export class WorkerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #reports: DeliveryReport[] = [];
  readonly #logs: LogReport[] = [];
  readonly #memory: MemoryReport[] = [];
  readonly #changed = new EventEmitter().setMaxListeners(0);
  #workerId: string | undefined;
  #armed = 0;
  #failure: string | undefined;
  #exitedAtMs: number | undefined;

  constructor(order: WorkerOrder, flags: readonly string[] = []) {
    this.name = order.name;
    this.#child = fork(fileURLToPath(new URL('worker-entry.js', import.meta.url)), [JSON.stringify(order)], {
      execArgv: [...flags, ...(order.without.length > 0 ? ['--import', WITHOUT] : [])],
      env: { ...process.env, ACKTOR_CHAOS_WITHOUT: order.without.join(',') },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    endsWithUs(this.#child);
    this.#child.on('message', (report: FleetReport) => this.#receive(report));
    this.#child.once('exit', () => {
      this.#exitedAtMs = nowMs();
      this.#changed.emit('change');
    });
  }

  /** Resolves when it consumes. */
  async ready(): Promise<this> {
    await this.until(() => this.isDecided || this.hasExited);
    if (this.#workerId === undefined) throw new Error(`${this.name} did not start: ${this.#failure ?? 'it ended'}`);
    return this;
  }

  /** The worker's own name, as its lease tokens begin. */
  get workerId(): string {
    if (this.#workerId === undefined) throw new Error(`${this.name} is not ready`);
    return this.#workerId;
  }

  /** Whether it consumes. */
  get hasStarted(): boolean {
    return this.#workerId !== undefined;
  }

  /** Whether it consumes, or has said why it does not. */
  get isDecided(): boolean {
    return this.hasStarted || this.#failure !== undefined;
  }

  get hasExited(): boolean {
    return this.#exitedAtMs !== undefined;
  }

  /** What its handlers reported so far. */
  get reports(): readonly DeliveryReport[] {
    return this.#reports;
  }

  /** The warnings and errors that it logged so far. */
  get logs(): readonly LogReport[] {
    return this.#logs;
  }

  /** What it said of its memory so far. */
  get memory(): readonly MemoryReport[] {
    return this.#memory;
  }

  /** Resolves with the report when a handler has reported that of the job. */
  async reported(type: DeliveryReport['type'], order: number, fence = 0): Promise<DeliveryReport> {
    const find = () => this.#reports.find((it) => it.type === type && it.order === order && it.fence >= fence);
    await this.until(() => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error('a report was there and is not');
    return found;
  }

  /** Resolves when the condition holds; looks whenever this process says anything. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#changed, 'change');
  }

  order(order: FleetOrder): void {
    if (this.#child.connected) this.#child.send(order);
  }

  /** Resolves when the next consumer to take this action of its chart will fail. */
  async failAt(action: FailingAction): Promise<void> {
    const before = this.#armed;
    this.order(`fail ${action}`);
    await this.until(() => this.#armed > before);
  }

  /** Sends a signal, and answers when. */
  signal(signal: NodeJS.Signals): number {
    const atMs = nowMs();
    this.#child.kill(signal);
    return atMs;
  }

  /** Resolves when the process has gone. */
  exited(): Promise<void> {
    return this.until(() => this.hasExited);
  }

  /** Ends it, also when it is stopped. */
  async end(): Promise<void> {
    if (this.hasExited) return;
    this.signal('SIGKILL');
    await this.exited();
  }

  #receive(report: FleetReport): void {
    if (report.type === 'ready') this.#workerId = report.workerId;
    else if (report.type === 'failed') this.#failure = report.message;
    else if (report.type === 'log') this.#logs.push(report);
    else if (report.type === 'memory') this.#memory.push(report);
    else if (report.type === 'armed') this.#armed += 1;
    else this.#reports.push(report);
    this.#changed.emit('change', report);
  }
}

/** Switches defences off, in the process and in its threads, before anything else is loaded. */
const WITHOUT = new URL('../defences/without.js', import.meta.url).href;
