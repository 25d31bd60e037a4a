// The port to the flows of one queue: what is kept with the job of each while its steps are under way.

/** The job of a flow, and how far the flow is. */
export interface StoredFlow {
  readonly id: string;
  readonly name: string;
  readonly payload: string;
  readonly version: number;
  /** When its job was sent: another job that is sent under its id later is another flow. */
  readonly sentAtMs: number;
  /** JSON text; undefined before the first change. */
  readonly record: string | undefined;
  /** How often the record was changed so far. */
  readonly changes: number;
}

/** A job by its queue and its id. */
export interface JobAddress {
  readonly queue: string;
  readonly id: string;
}

/** A change of a flow's record, made of what was read. */
export interface FlowChange {
  readonly flow: Pick<StoredFlow, 'id' | 'sentAtMs' | 'changes'>;
  readonly record: string;
  /** JSON text, kept as the progress of the flow's job. */
  readonly progress: string;
  /** The result of a step that has ended, to be kept with it. */
  readonly result?: (JobAddress & { readonly json: string }) | undefined;
}

/** Whether a record was changed. `stale`: it was changed since it was read. `gone`: that job is no longer in the queue. */
export type FlowChangeOutcome = 'changed' | 'stale' | 'gone';

/**
 * The flows of one queue. All that is kept of one lies with its job, and goes with it.
 * Every method @throws ConnectionLostError when the connection breaks before the answer.
 */
export interface FlowStore {
  /** Undefined where the queue has no job of that id. */
  read(id: string): Promise<StoredFlow | undefined>;

  /** The results of these steps, as JSON text, in their order; undefined where none is kept. */
  results(id: string, steps: readonly JobAddress[]): Promise<readonly (string | undefined)[]>;

  /** Changes the record, unless it was changed since it was read: in one step with the result and the progress. */
  change(change: FlowChange): Promise<FlowChangeOutcome>;
}
