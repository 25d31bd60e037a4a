// The steps of a delivery: what each returns is kept with the job, so that a later delivery does not do it again.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError, OptionsError, ServerRefusalError } from '@acktor/core';
import type { LeasedJob, StoredStep, WorkQueue } from '@acktor/core/engine';
import { checkName, readJson, writeResultJson } from '@acktor/core/internal';
import { LeaseLostError } from '../errors.js';
import type { DeliveryLimits } from './delivery.js';
import { DuplicateStepError, StepLimitError, StepResultError } from './step-errors.js';

/** What the steps of one delivery go by. */
export interface StepsDeps {
  readonly leased: LeasedJob;
  readonly queue: Pick<WorkQueue, 'steps' | 'storeStep'>;
  readonly limits: DeliveryLimits;
  /** No step begins once it has aborted, and no server is waited for. */
  readonly signal: () => AbortSignal;
}

/** Runs them, each once in the life of its job. */
export class Steps {
  readonly #deps: StepsDeps;
  readonly #names = new Set<string>();
  #earlier: Promise<ReadonlyMap<string, StoredStep>> | undefined;
  #begun = 0;

  constructor(deps: StepsDeps) {
    this.#deps = deps;
  }

  /** Resolves with what the step has stored, now or in an earlier delivery. @throws as `delivery.step` says. */
  async run(name: string, act: () => unknown): Promise<unknown> {
    const { leased, limits, signal } = this.#deps;
    checkName('step', name);
    requireFunction(act);
    if (this.#names.has(name)) throw new DuplicateStepError(leased.record.id, name);
    this.#names.add(name);
    const earlier = await (this.#earlier ??= this.#read());
    const stored = earlier.get(name);
    if (stored) return this.#valueOf(stored);
    this.#begun += 1;
    if (earlier.size + this.#begun > limits.maxSteps) throw new StepLimitError(leased.record.id, name, limits.maxSteps);
    signal().throwIfAborted();
    const step = { name, result: this.#textOf(name, await act()) };
    await this.#store(step);
    return this.#valueOf(step);
  }

  /** No step was stored before the first delivery: that one asks for none. */
  async #read(): Promise<ReadonlyMap<string, StoredStep>> {
    const { leased, queue } = this.#deps;
    if (leased.record.deliveries === 1) return new Map();
    const steps = await this.#repeated(() => queue.steps(leased));
    if (steps === undefined) throw new LeaseLostError(leased.record.id);
    return new Map(steps.map((step) => [step.name, step]));
  }

  async #store(step: StoredStep): Promise<void> {
    const { leased, queue } = this.#deps;
    if (!(await this.#repeated(() => queue.storeStep(leased, step)))) throw new LeaseLostError(leased.record.id);
  }

  /** A step that was done is stored as soon as the server is there again: otherwise its job would do it once more. */
  async #repeated<T>(call: () => Promise<T>): Promise<T> {
    const signal = this.#deps.signal();
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!mayPass(error)) throw error;
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
        signal.throwIfAborted();
      }
    }
  }

  #textOf(name: string, value: unknown): string | undefined {
    if (value === undefined) return undefined;
    const { maxStepBytes: maxPayloadBytes, maxPayloadDepth } = this.#deps.limits;
    const written = writeResultJson('result', value, { maxPayloadBytes, maxPayloadDepth, sizeOption: 'maxStepBytes' });
    if (written.ok) return written.value;
    throw new StepResultError({ jobId: this.#deps.leased.record.id, step: name, ...written });
  }

  /** Also of the step that has just run, so that a handler gets the same from each of its deliveries. */
  #valueOf({ name, result }: StoredStep): unknown {
    if (result === undefined) return undefined;
    const { maxPayloadDepth } = this.#deps.limits;
    const read = readJson('result', result, { maxPayloadBytes: Infinity, maxPayloadDepth });
    if (read.ok) return read.value;
    throw new StepResultError({ jobId: this.#deps.leased.record.id, step: name, ...read });
  }
}

/** Between two tries to reach the server. */
const PAUSE_MS = 250;

function mayPass(error: unknown): boolean {
  return error instanceof ConnectionLostError || (error instanceof ServerRefusalError && error.about === 'server');
}

function requireFunction(act: unknown): void {
  if (typeof act === 'function') return;
  const got = act === null ? 'null' : typeof act;
  const message = `expected delivery.step(name, run) to be given a function to run, got ${got}`;
  throw new OptionsError([{ option: 'run', message }]);
}
