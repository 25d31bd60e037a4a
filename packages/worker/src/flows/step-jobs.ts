// The jobs of a flow's steps: their payloads are made here of the results before them.
import {
  decodePayload,
  type FlowContract,
  type FlowEdge,
  type FlowRun,
  type FlowStep,
  type JsonLimits,
} from '@acktor/core';
import type { FlowChange, FlowStore, JobAddress, QueuedSend, StoredFlow } from '@acktor/core/engine';
import {
  decodeResult,
  encodePayload,
  outgoingJob,
  sendWithAckOptions,
  stepJobId,
  traceOfSend,
  writePlace,
  type FlowRecord,
  type StepPlace,
} from '@acktor/core/internal';
import type { StepSend } from './transitions.js';

/** The result of a step, as JSON text. */
export interface FreshResult {
  readonly step: string;
  readonly json: string;
}

/** A flow at one moment, and where its results are. */
export interface StepJobsDeps {
  readonly flow: FlowContract;
  readonly stored: StoredFlow;
  readonly store: FlowStore;
  readonly limits: JsonLimits;
  /** The result that has just come, and is not stored yet. */
  readonly fresh?: FreshResult | undefined;
}

/** Makes the jobs of one flow, of what is known of it now. */
export class StepJobs {
  readonly #deps: StepJobsDeps;
  readonly #results = new Map<string, string>();
  #run: Promise<FlowRun> | undefined;

  constructor(deps: StepJobsDeps) {
    this.#deps = deps;
    if (deps.fresh) this.#results.set(deps.fresh.step, deps.fresh.json);
  }

  /** Reads the results of these steps that are not known yet. @throws ConnectionLostError. */
  async load(steps: readonly FlowStep[]): Promise<void> {
    const { store, stored } = this.#deps;
    const unknown = [...new Set(steps)].filter(({ name }) => !this.#results.has(name));
    const found = await store.results(
      stored.id,
      unknown.map((step) => this.addressOf(step)),
    );
    for (const [i, { name }] of unknown.entries()) {
      const json = found[i];
      if (json !== undefined) this.#results.set(name, json);
    }
  }

  /** Returns the job, to be sent. Rejects with what its mapping throws, and with PayloadError. */
  async of({ step, isUndo }: StepSend, { run, steps }: FlowRecord): Promise<QueuedSend> {
    const { flow, stored, limits } = this.#deps;
    const { id: flowId, sentAtMs } = stored;
    const contract = isUndo && step.compensate ? step.compensate.job : step.job;
    const payload = await encodePayload(contract, await this.#dataOf({ step, isUndo }, steps), limits);
    const { queue, name } = contract;
    const { id } = this.addressOf(step, isUndo);
    const place: StepPlace = {
      queue: flow.queue,
      flow: flowId,
      name: flow.name,
      sentAtMs,
      step: step.name,
      run,
      isUndo,
    };
    const trace = traceOfSend({ queue, name, id });
    const job = { ...outgoingJob(contract, { id, payload, trace, options: NO_OPTIONS }), flow: writePlace(place) };
    // The job of an earlier run has ended, and gives its id to this one.
    return { queue, job: run > 1 ? { ...job, reuse: `run-${run}` } : job };
  }

  /** Returns the result of the flow, as its contract makes it. Rejects with what the mapping throws. */
  async end({ steps }: FlowRecord): Promise<unknown> {
    const { after, result } = this.#deps.flow.end;
    if (result === undefined) return undefined;
    await this.load(after.map(({ step }) => step));
    return result((await this.#resultsOf(after, steps)) as never, (await this.#flowRun()) as never);
  }

  /** The result that has just come, to be kept; undefined where the contract does not know the step. */
  get freshResult(): FlowChange['result'] {
    const { flow, fresh } = this.#deps;
    const step = flow.steps.find(({ name }) => name === fresh?.step);
    return fresh && step && { ...this.addressOf(step), json: fresh.json };
  }

  addressOf(step: FlowStep, isUndo = false): JobAddress {
    const { flow, stored } = this.#deps;
    const { queue } = isUndo && step.compensate ? step.compensate.job : step.job;
    return { queue, id: stepJobId({ ...stored, queue: flow.queue }, step.name, isUndo) };
  }

  async #dataOf({ step, isUndo }: StepSend, steps: FlowRecord['steps']): Promise<unknown> {
    const run = (await this.#flowRun()) as never;
    if (isUndo && step.compensate) return step.compensate.data((await this.#resultOf(step)) as never, run);
    return step.data((await this.#resultsOf(step.after, steps)) as never, run);
  }

  /** Without those of the steps that failed, after which this one goes on. */
  async #resultsOf(edges: readonly FlowEdge[], steps: FlowRecord['steps']): Promise<Readonly<Record<string, unknown>>> {
    const done = new Set(steps.filter(({ state }) => state === 'done').map(({ name }) => name));
    const entries = edges.map(async ({ step }): Promise<readonly [string, unknown]> => {
      return [step.name, done.has(step.name) ? await this.#resultOf(step) : undefined];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  #resultOf({ name, job }: FlowStep): unknown {
    return decodeResult(job, this.#results.get(name) ?? 'null', this.#deps.limits);
  }

  #flowRun(): Promise<FlowRun> {
    this.#run ??= this.#readRun();
    return this.#run;
  }

  async #readRun(): Promise<FlowRun> {
    const { flow, stored, limits } = this.#deps;
    const { id, payload, version } = stored;
    return { id, data: await decodePayload(flow, payload, { ...limits, version }) };
  }
}

/** The steps whose results the job of this one is made of. */
export function neededBy({ step, isUndo }: StepSend): readonly FlowStep[] {
  return isUndo ? [step] : step.after.map((edge) => edge.step);
}

const NO_OPTIONS = sendWithAckOptions.check();
