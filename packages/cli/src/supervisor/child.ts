// One child process as its supervisor sees it: takes orders, reports, and answers questions.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DropCount, type DroppedMessages } from '@acktor/core/engine';
import type { ConsumerState, MetricsData } from '@acktor/worker';
import { childEnvironment, childFlags, HANG_DESCRIPTOR } from '@acktor/worker/internal';
import type { ChildExit, ChildAnswer, ChildOrder, ChildPlan, ChildQuestion, ChildReport } from './child-protocol.js';
import { readReport } from './read-report.js';
import { ErrorOutput } from './error-output.js';

/** What a child is started with, and what is called when it reports. */
export interface ChildDeps {
  readonly plan: ChildPlan;
  readonly onReport: (report: Exclude<ChildReport, ChildAnswer>) => void;
  /** Called at most every ten seconds when its messages were no reports: a handler's own `process.send()` comes here, too. */
  readonly onDropped: (dropped: DroppedMessages) => void;
  /** Called when its main thread has been blocked for longer than `hangMs`. */
  readonly onHang: (forMs: number) => void;
  /** Called once, when the process is gone and all its messages have been read. */
  readonly onExit: (exit: ChildExit) => void;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #drops: DropCount;
  readonly #answers = new Map<number, (answer: ChildAnswer) => void>();
  readonly #errorOutput: ErrorOutput | undefined;
  #lastQuestion = 0;

  constructor({ plan, onReport, onHang, onDropped, onExit }: ChildDeps) {
    this.#drops = new DropCount(onDropped);
    this.#process = fork(ENTRY, [], {
      execArgv: childFlags(),
      env: childEnvironment(),
      // Standard error passes through here, so that its last lines are known when it ends.
      // What follows the channel is HANG_DESCRIPTOR and SUPERVISORS_ERROR_OUTPUT.
      stdio: ['ignore', 'inherit', 'pipe', 'ipc', 'pipe', 2],
      // A group of its own: Ctrl-C is the supervisor's to answer, and it lets its workers finish.
      detached: true,
    });
    this.#process.on('message', (report: unknown) => this.#receive(report, onReport));
    const { stderr, stdio } = this.#process;
    this.#errorOutput = stderr === null ? undefined : new ErrorOutput(stderr, (bytes) => process.stderr.write(bytes));
    (stdio[HANG_DESCRIPTOR] as Readable | null | undefined)?.on('data', (line) => {
      const forMs = Number.parseInt(String(line), 10);
      if (forMs > 0) onHang(forMs);
    });
    void this.#exit().then((exit) => {
      this.#drops.close();
      onExit(exit);
    });
    this.#send({ type: 'start', plan });
  }

  /** Undefined when the system refused to make the process. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  drain(): void {
    this.#send({ type: 'drain' });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** What its consumers do; undefined when it does not answer in time, as when a handler blocks its main thread. */
  async states(timeoutMs: number): Promise<readonly ConsumerState[] | undefined> {
    const answer = await this.#ask('states', timeoutMs);
    return answer?.type === 'states' ? answer.states : undefined;
  }

  /** What it counted and measured; undefined when it does not answer in time. */
  async metrics(timeoutMs: number): Promise<MetricsData | undefined> {
    const answer = await this.#ask('metrics', timeoutMs);
    return answer?.type === 'metrics' ? answer.metrics : undefined;
  }

  #ask(type: ChildQuestion['type'], timeoutMs: number): Promise<ChildAnswer | undefined> {
    this.#lastQuestion += 1;
    const question = this.#lastQuestion;
    return new Promise((resolve) => {
      const answer = (found?: ChildAnswer) => {
        clearTimeout(timer);
        this.#answers.delete(question);
        resolve(found);
      };
      const timer = setTimeout(answer, timeoutMs);
      this.#answers.set(question, answer);
      this.#send({ type, question });
    });
  }

  #receive(message: unknown, onReport: ChildDeps['onReport']): void {
    const report = readReport(message);
    if (report === undefined) return this.#drops.drop('a message of a worker process');
    if (report.type === 'states' || report.type === 'metrics') this.#answers.get(report.question)?.(report);
    else onReport(report);
  }

  /** A process that ends before it has read an order is noticed by its exit. */
  #send(order: ChildOrder): void {
    if (this.#process.connected) this.#process.send(order, () => undefined);
  }

  async #exit(): Promise<ChildExit> {
    if (this.#process.pid === undefined) {
      const [error] = (await once(this.#process, 'error')) as [Error];
      return { exitCode: null, signal: null, error: error.message, lastLines: '' };
    }
    this.#process.on('error', () => undefined);
    // Its last message may be read after its exit: its name, without which nothing can be given back.
    const [[exitCode, signal]] = (await Promise.all([
      once(this.#process, 'exit'),
      once(this.#process, 'disconnect'),
    ])) as [[number | null, string | null], unknown];
    // A killed process writes no last lines, and others wait for the jobs that it held.
    if (signal !== 'SIGKILL')
      await Promise.race([this.#errorOutput?.ended, sleep(LAST_LINES_WITHIN_MS, undefined, { ref: false })]);
    return { exitCode, signal, error: undefined, lastLines: this.#errorOutput?.lastLines ?? '' };
  }
}

const ENTRY = fileURLToPath(new URL('./child-entry.js', import.meta.url));

/** Shorter than the least grace time: otherwise the reaper, which does not know how the process ended, would be first. */
const LAST_LINES_WITHIN_MS = 40;
