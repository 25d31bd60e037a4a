// Runs a compiled example as a person would: a process of its own, in a folder of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const examples = fileURLToPath(import.meta.resolve('@acktor/examples/dist/'));

export interface ExampleEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status; null when a signal ended it. */
  readonly status: number | null;
}

export class ExampleProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #output = { stdout: '', stderr: '' };
  readonly #listeners = new Set<() => void>();

  constructor(program: string, args: readonly string[], cwd: string) {
    // Its temporary files, too: a test sees what it leaves there.
    const env = { ...process.env, REDIS_URL: undefined, TMPDIR: cwd };
    this.#child = spawn(process.execPath, [examples + program, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this.#output[stream] += text;
        for (const listener of this.#listeners) listener();
      });
    }
  }

  /** Resolves when it has printed this; rejects when it ends without. */
  async printed(text: string): Promise<void> {
    const isThere = () => this.#output.stdout.includes(text);
    const seen = new Promise<void>((resolve) => {
      const listener = () => isThere() && resolve();
      this.#listeners.add(listener);
      listener();
    });
    await Promise.race([seen, this.#ended]);
    if (!isThere()) throw new Error(`expected "${text}", got: ${this.#output.stdout}${this.#output.stderr}`);
  }

  /** Closes its standard output, as a reader does that has seen enough. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<ExampleEnd> {
    await this.#ended;
    return { ...this.#output, status: this.#child.exitCode };
  }
}

/** Runs an example to its end. */
export function runExample(program: string, args: readonly string[], cwd: string): Promise<ExampleEnd> {
  return new ExampleProcess(program, args, cwd).ended();
}
