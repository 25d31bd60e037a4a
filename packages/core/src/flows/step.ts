// What a flow consists of: its steps, the edges between them, and what their mappings are given.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AnyJob, PayloadInput, ResultOf } from '../contract/job.js';
import type { MaybePromise } from '../contract/versions.js';

/**
 * What becomes of a flow when a step fails for good, said on each edge that leaves it: `failFlow` fails the flow, and a redrive goes on from
 * there; `compensate` fails it, too, and undoes what was done; with `continue` the step after it runs without a result.
 */
export type OnFailure = 'failFlow' | 'compensate' | 'continue';

/** A flow while its steps are under way, as its mappings are given it. */
export interface FlowRun<Data = unknown> {
  readonly id: string;
  /** The payload of the flow, as its schema gives it. */
  readonly data: Data;
}

/** A job that undoes a step, and how its payload is made of the step's result. */
export interface Compensation {
  readonly job: AnyJob;
  readonly data: (result: never, flow: never) => MaybePromise<unknown>;
}

/** One step of a flow. Made by the first argument of the function that {@link flow} is given. */
export interface FlowStep<Name extends string = string, J extends AnyJob = AnyJob> {
  readonly name: Name;
  readonly job: J;
  readonly after: readonly FlowEdge[];
  readonly data: (results: never, flow: never) => MaybePromise<unknown>;
  readonly compensate: Compensation | undefined;
}

/** An edge of the graph: the step that comes first, and what its failure means for what comes after. */
export interface FlowEdge {
  readonly step: FlowStep;
  readonly onFailure: OnFailure;
}

/** What `after` takes: a step, whose failure fails the flow, or a step with another policy. */
export type After = FlowStep | FlowEdge;

/** The results of the steps that a mapping comes after, by their names. */
export type StepResults<Steps extends readonly After[]> = {
  readonly [Edge in Steps[number] as NameOfEdge<Edge>]: ResultOfEdge<Edge>;
};

/** With undefined where the step may have failed. */
type ResultOfEdge<Edge> = Edge extends {
  readonly step: { readonly job: infer J extends AnyJob };
  readonly onFailure: infer Policy;
}
  ? ResultOf<J> | ('continue' extends Policy ? undefined : never)
  : Edge extends { readonly job: infer J extends AnyJob }
    ? ResultOf<J>
    : never;

type NameOfEdge<Edge> = Edge extends { readonly step: { readonly name: infer Name extends string } }
  ? Name
  : Edge extends { readonly name: infer Name extends string }
    ? Name
    : never;

/** What a step is declared with. */
export interface StepOptions<Data, J extends AnyJob, Steps extends readonly After[], Undo extends AnyJob> {
  /** The steps that have to end first; none for one that begins with the flow. Each may say what its failure means: `{ step, onFailure }`. */
  readonly after?: Steps;
  /**
   * Makes the payload of the results of the steps in `after`. Runs on a worker of the flow, perhaps more than once: it only maps. What it
   * throws, and a payload off the schema, fails the step.
   */
  readonly data: (results: StepResults<Steps>, flow: FlowRun<Data>) => MaybePromise<PayloadInput<J>>;
  /** The job that undoes this step where the flow fails in a way that compensates. */
  readonly compensate?: {
    readonly job: Undo;
    readonly data: (result: ResultOf<J>, flow: FlowRun<Data>) => MaybePromise<PayloadInput<Undo>>;
  };
}

/** Declares a step of a flow, and returns it for the `after` of others. */
export type DeclareStep<Data> = <
  const Name extends string,
  J extends AnyJob,
  const Steps extends readonly After[] = readonly [],
  Undo extends AnyJob = AnyJob,
>(
  name: Name,
  job: J,
  options: StepOptions<Data, J, Steps, Undo>,
) => FlowStep<Name, J>;

/** How a flow ends: what it waits for besides the steps that nothing comes after, and its result. */
export interface FlowEnd {
  readonly after: readonly FlowEdge[];
  readonly result: ((results: never, flow: never) => MaybePromise<unknown>) | undefined;
}

/** Declares the end of a flow, to be returned. */
export type DeclareEnd<Data, Result extends StandardSchemaV1 | undefined> = <const Steps extends readonly After[]>(
  options: { readonly after: Steps } & (Result extends StandardSchemaV1
    ? {
        /** Makes the flow's result of those of the steps in `after`. */
        readonly result: (
          results: StepResults<Steps>,
          flow: FlowRun<Data>,
        ) => MaybePromise<StandardSchemaV1.InferInput<Result>>;
      }
    : { readonly result?: undefined }),
) => FlowEnd;
