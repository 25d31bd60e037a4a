// A process under test, as the bench sees it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../measuring/metric.js';
import type { Order, Report, Tally, Command } from './order.js';
import type { SubjectName } from './subjects.js';

type ReportOf<Stage extends Report['stage']> = Extract<Report, { readonly stage: Stage }>;

/** The last report of a process. */
export interface Leaving {
  readonly figures: Figures;
  /** Of a process that shared its queue with others. */
  readonly tally?: Tally;
}

/** What a process is started from, and what it leaves. */
export interface SubjectPlace {
  /** Where its processor profile goes; none is made without. */
  readonly profileFolder?: string | undefined;
  /** The folder of the subjects' entries, with a slash at its end: ours, or those of another build. */
  readonly entries?: URL | undefined;
}

const ENTRIES = new URL('.', import.meta.url);

/** A fresh process for one order. */
export class SubjectProcess {
  readonly #child: ChildProcess;
  readonly #title: string;
  readonly #exited: Promise<unknown>;
  readonly #reports = new Map<Report['stage'], PromiseWithResolvers>();

  constructor(subject: SubjectName, order: Order, { profileFolder, entries = ENTRIES }: SubjectPlace = {}) {
    this.#title = `${subject} ${order.kind}`;
    for (const stage of ['ready', 'started', 'done', 'left'] as const) this.#reports.set(stage, withResolvers());
    this.#child = fork(fileURLToPath(new URL(`${subject}.js`, entries)), [JSON.stringify(order)], {
      execArgv: ['--expose-gc', ...(profileFolder === undefined ? [] : profileFlags(profileFolder, this.#title))],
      env: { ...process.env, ACKTOR_LOG_LEVEL: 'error' },
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', (report: Report) => this.#reports.get(report.stage)?.resolve(report));
    this.#exited = once(this.#child, 'exit').catch(() => undefined);
    this.#child.once('exit', (code, signal) => this.#failOpen(`it ended with ${code ?? signal}`));
    this.#child.once('error', (error) => this.#failOpen(error.message));
  }

  /** Resolves when everything that the order needs is open, with the worker's name where there is one. */
  async ready(): Promise<string | undefined> {
    return (await this.#reported('ready')).id;
  }

  /** Resolves when it has taken a job to hold, with the time. */
  async started(): Promise<number> {
    return (await this.#reported('started', LONG_PATIENCE_MS)).atMicros;
  }

  /** Resolves with its figures when the order is fulfilled. */
  async done(): Promise<Figures> {
    return (await this.#reported('done', LONG_PATIENCE_MS)).figures;
  }

  /** Has it begin what waits for this command. */
  go(): void {
    this.#send('go');
  }

  /** Has it close everything and end; resolves with its last figures. */
  async leave(): Promise<Leaving> {
    this.#send('leave');
    const leaving = await this.#reported('left');
    await this.#exited;
    return leaving;
  }

  /** Ends the process if it still runs; resolves when it is gone. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.pid !== undefined) await this.#exited;
  }

  #send(command: Command): void {
    this.#child.send(command);
  }

  async #reported<Stage extends Report['stage']>(stage: Stage, patienceMs = PATIENCE_MS): Promise<ReportOf<Stage>> {
    const patience = setTimeout(() => this.#failOpen(`it was not "${stage}" within ${patienceMs} ms`), patienceMs);
    const report = this.#reports.get(stage)?.promise ?? Promise.reject(new Error(`no such stage: ${stage}`));
    // Each stage's promise is resolved with that stage's report alone.
    return report.finally(() => clearTimeout(patience)) as Promise<ReportOf<Stage>>;
  }

  #failOpen(why: string): void {
    for (const { reject } of this.#reports.values()) reject(new Error(`the process "${this.#title}" failed: ${why}`));
  }
}

const PATIENCE_MS = 120_000;
/** A killed BullMQ worker's job takes a minute, and may take two; so may filling a queue with a million jobs. */
const LONG_PATIENCE_MS = 300_000;

function profileFlags(folder: string, title: string): readonly string[] {
  return [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${title.replaceAll(' ', '-')}-${Date.now()}.cpuprofile`,
  ];
}

interface PromiseWithResolvers {
  readonly promise: Promise<Report>;
  readonly resolve: (report: Report) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers(): PromiseWithResolvers {
  let settle: Pick<PromiseWithResolvers, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<Report>((resolve, reject) => (settle = { resolve, reject }));
  // A stage that the bench does not wait for may fail.
  promise.catch(() => undefined);
  return { promise, resolve: (report) => settle?.resolve(report), reject: (error) => settle?.reject(error) };
}
