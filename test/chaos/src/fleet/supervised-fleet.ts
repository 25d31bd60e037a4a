// A run of `acktor work`, as the trial sees it: by its log, its signals and its exit.
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SupervisorOptions } from '@acktor/cli';
import { nowMs } from '../trial/time.js';
import type { Defence } from '../defences/defence.js';
import { endsWithUs } from './ends-with-us.js';

/** A fleet that a scenario wants. */
export interface FleetRequest {
  readonly redis: string;
  readonly processes: number;
  /** In each process. */
  readonly consumers: number;
  readonly options?: Omit<SupervisorOptions, 'files' | 'redis' | 'processes' | 'consumers' | 'logger'>;
  /** For Node, in the supervisor and its workers. */
  readonly nodeOptions?: string;
  /** What is switched off in the supervisor and its workers, for a negative control. */
  readonly without?: readonly Defence[];
}

export interface FleetOrder extends FleetRequest {
  /** Never used twice in a trial. */
  readonly name: string;
  /** Where its ledgers go, and its configuration. */
  readonly folder: string;
}

/** How the command ended. */
export interface FleetExit {
  readonly how: number | NodeJS.Signals | null;
  readonly atMs: number;
}

/** A worker of the fleet that runs. */
export interface RunningWorker {
  /** Counts the workers that the supervisor has started. */
  readonly number: number;
  readonly pid: number;
}

export class SupervisedFleet implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #running = new Map<number, RunningWorker>();
  readonly #changed = new EventEmitter().setMaxListeners(0);
  /** What is no log, such as why the command failed. */
  readonly #said: string[] = [];
  #isUp = false;
  #exit: FleetExit | undefined;

  constructor(order: FleetOrder) {
    this.#process = spawn(process.execPath, argumentsOf(order), {
      cwd: order.folder,
      env: environmentOf(order),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // Not before its workers are gone, too: they print there.
    this.#closed = once(this.#process, 'close');
    const { stderr } = this.#process;
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#receive(line));
    // Its workers follow it: a worker that loses its supervisor drains.
    endsWithUs(this.#process);
    this.#process.once('exit', (code, signal) => {
      this.#exit = { how: code ?? signal, atMs: nowMs() };
      this.#changed.emit('change');
    });
  }

  /** Resolves when all its workers run. @throws Error when it ends before. */
  async ready(): Promise<this> {
    await this.until(() => this.#isUp);
    if (!this.#isUp) throw new Error(`acktor work did not start: ${this.lastWords}`);
    return this;
  }

  /** Its workers that have come up, and have neither ended nor been killed; the oldest first. */
  get running(): readonly RunningWorker[] {
    return [...this.#running.values()].sort((one, other) => one.number - other.number);
  }

  /** What it said last that is no log. */
  get lastWords(): string {
    return this.#said.slice(-3).join(' ') || 'it said nothing';
  }

  get exit(): FleetExit | undefined {
    return this.#exit;
  }

  /** Resolves when the condition holds, or the command has ended; looks whenever a worker comes or goes. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && this.#exit === undefined) await once(this.#changed, 'change');
  }

  /** Sends a signal to the supervisor alone, and answers when. */
  signal(signal: NodeJS.Signals): number {
    const atMs = nowMs();
    this.#process.kill(signal);
    return atMs;
  }

  /** Kills a worker, and answers whether it was still there. */
  kill({ number, pid }: RunningWorker): boolean {
    this.#running.delete(number);
    try {
      return process.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
  }

  /** Resolves when the command has ended. */
  async exited(): Promise<FleetExit> {
    await this.until(() => false);
    if (this.#exit === undefined) throw new Error('the command has ended and has not');
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exit === undefined) this.signal('SIGKILL');
    // One that is still coming up sees that its supervisor is gone.
    for (const worker of this.#running.values()) this.kill(worker);
    await this.#closed;
  }

  #receive(line: string): void {
    if (!line.startsWith('{')) return void this.#said.push(line);
    const { msg, number, workerPid: pid } = JSON.parse(line) as LogLine;
    if (msg === 'the supervisor runs') this.#isUp = true;
    else if (number === undefined || pid === undefined) return;
    else if (msg === 'a worker process runs') this.#running.set(number, { number, pid });
    else if (msg === 'a worker process has ended') this.#running.delete(number);
    this.#changed.emit('change');
  }
}

/** What of a log line is about workers. */
interface LogLine {
  readonly msg: string;
  readonly number?: number;
  readonly workerPid?: number;
}

/** The rest has no flags: it goes by way of a configuration file. */
function argumentsOf({ name, folder, redis, processes, consumers, without = [], options }: FleetOrder): string[] {
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(options));
  const flags = ['--redis', redis, '--processes', `${processes}`, '--consumers', `${consumers}`, '--config', config];
  return [...(without.length > 0 ? ['--import', WITHOUT] : []), COMMAND, 'work', HANDLER, ...flags];
}

/** Nothing of what is set around the suite: variables would go before the configuration file. */
function environmentOf({ folder, without = [], nodeOptions = '' }: FleetOrder): NodeJS.ProcessEnv {
  const own = { ACKTOR_LOG_LEVEL: 'info', ACKTOR_CHAOS_FOLDER: folder, ACKTOR_CHAOS_WITHOUT: without.join(',') };
  return { PATH: process.env['PATH'], NODE_OPTIONS: nodeOptions, ...own };
}

const COMMAND = fileURLToPath(new URL('../../../../packages/cli/dist/main.js', import.meta.url));
const HANDLER = fileURLToPath(new URL('supervised-handler.js', import.meta.url));
const WITHOUT = new URL('../defences/without.js', import.meta.url).href;
