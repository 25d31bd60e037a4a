// `acktor work` in a process of its own, as a shell runs it: its log, its output, its end.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { commandFile } from '../cli/command.js';
import { Heard } from '../signals/heard.js';
import { taskFile, type TaskTrial } from './task-trial.js';

/** One line of the log: JSON on standard error. */
export interface LogLine {
  readonly msg: string;
  readonly number?: number;
  readonly pid?: number;
}

export class WorkCommand implements AsyncDisposable {
  readonly log = new Heard<LogLine>();
  /** Lines that are no log. */
  readonly said = new Heard<string>();
  readonly output = new Heard<string>();
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(trial: TaskTrial, ...args: readonly string[]) {
    const own = ['--redis', trial.url, '--namespace', trial.namespace];
    const env = { ...process.env, ACKTOR_LOG_LEVEL: 'info' };
    this.#process = spawn(process.execPath, [commandFile, 'work', taskFile, ...own, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#process, 'close');
    const { stdout, stderr } = this.#process;
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.output.push(line));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#hear(line));
  }

  /** Starts it, and resolves when all its workers run. */
  static async start(trial: TaskTrial, ...args: readonly string[]): Promise<WorkCommand> {
    const command = new WorkCommand(trial, ...args);
    await command.logs('the supervisor runs');
    return command;
  }

  /** The first line that says so, of the worker process if one is named. */
  logs(words: string, number?: number): Promise<LogLine> {
    return this.log.first((line) => line.msg.includes(words) && (number === undefined || line.number === number));
  }

  /** How often the log has said so. */
  count(words: string): number {
    return this.log.all.filter(({ msg }) => msg.includes(words)).length;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Nobody reads its standard error from now on. */
  leaveErrors(): void {
    this.#process.stderr?.destroy();
  }

  /** The exit code, or the signal, once all that it printed is read: not before its workers are gone, who print there, too. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.#ended;
    return this.#process.exitCode ?? this.#process.signalCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its workers see that it is gone, and drain.
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.signal('SIGKILL');
    await this.#ended;
  }

  #hear(line: string): void {
    if (line.startsWith('{')) this.log.push(JSON.parse(line) as LogLine);
    else this.said.push(line);
  }
}
