// The command on a namespace of the run's Redis, or of another.
import { WorkerTrial } from '../worker/worker-trial.js';
import { acktorInside, type CommandRun } from './command.js';

export class CommandTrial implements AsyncDisposable {
  readonly jobs: WorkerTrial;

  private constructor(jobs: WorkerTrial) {
    this.jobs = jobs;
  }

  static async open(url?: string): Promise<CommandTrial> {
    return new CommandTrial(await WorkerTrial.open(url));
  }

  /** Runs `acktor` there, to its end. */
  run(...args: string[]): Promise<CommandRun> {
    return acktorInside(...args, '--redis', this.jobs.url, '--namespace', this.jobs.namespace);
  }

  /** Runs it with `--json`; what it printed, parsed. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const { stdout } = await this.run(...args, '--json');
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.jobs[Symbol.asyncDispose]();
  }
}

/** The lines of a table, each as its cells. */
export function cellsOf(stdout: string): readonly (readonly string[])[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
}
