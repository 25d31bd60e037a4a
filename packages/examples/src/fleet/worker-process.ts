// One worker process as its parent sees it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CATCH_UP, type WorkerMessage } from './messages.js';

export interface WorkerProcessOptions {
  /** The program, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** An open file for all that it prints. */
  readonly log: number;
  readonly onMessage: (message: WorkerMessage) => void;
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting: (() => void)[] = [];
  #isReady = false;
  #isToEnd = false;

  constructor({ program, args, log, onMessage }: WorkerProcessOptions) {
    this.#child = fork(program, args, {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ACKTOR_LOG_LEVEL: 'warn' },
      // A group of its own: the parent handles Ctrl-C, and lets its workers finish.
      detached: true,
    });
    this.#child.on('message', (message: WorkerMessage) => {
      this.#isReady ||= message.type === 'ready';
      onMessage(message);
      if (message.type === 'caughtUp') this.#waiting.shift()?.();
    });
    // Its last messages may be read after its exit.
    this.#ended = Promise.all([once(this.#child, 'exit'), once(this.#child, 'disconnect')]);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it has started to consume, and was not asked to end. */
  get isWorking(): boolean {
    return this.#isReady && !this.#isToEnd;
  }

  /** Whether it ended by itself before it consumed. */
  get hasFailedToStart(): boolean {
    return !this.#isReady && !this.#isToEnd;
  }

  /** Resolves when it has ended and its last message was received. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** Resolves when every message that it has sent until now was received. */
  async caughtUp(): Promise<void> {
    if (!this.isWorking) return this.#isToEnd ? this.ended() : undefined;
    const answered = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#child.send(CATCH_UP, () => undefined);
    await Promise.race([answered, this.#ended]);
  }

  kill(): void {
    this.#end('SIGKILL');
  }

  /** Lets it finish what it holds. */
  async drain(): Promise<void> {
    this.#end('SIGTERM');
    await this.#ended;
  }

  #end(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.#isToEnd = true;
    this.#child.kill(signal);
  }
}
