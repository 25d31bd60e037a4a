// Gathers the steps of a flow as they are declared, and everything that is wrong with them.
import { requireContract } from '../contract/job.js';
import type { OptionFault } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';
import { describe } from '../options/option-fault.js';
import type { After, FlowEdge, FlowEnd, FlowStep } from './step.js';

/** In one script of the server all steps may begin at once. */
export const MOST_STEPS = 500;

/** What was declared, and what is wrong with it. */
export interface DeclaredGraph {
  readonly steps: readonly FlowStep[];
  readonly end: FlowEnd;
  readonly faults: readonly OptionFault[];
}

/** Calls `declare` with the functions that declare steps and the end. @throws NotAContractError for a step without a contract. */
export function declareGraph(declare: unknown, hasResult: boolean): DeclaredGraph {
  return new Graph(hasResult).declaredBy(declare);
}

/** A step as it is declared, before anything of it is known to be right. */
interface GivenStep {
  readonly after?: unknown;
  readonly data?: unknown;
  readonly compensate?: { readonly job?: unknown; readonly data?: unknown };
}

interface GivenEnd {
  readonly after?: unknown;
  readonly result?: unknown;
}

/** Gathers the steps of one flow, and all that is wrong with them. */
class Graph {
  readonly #steps: FlowStep[] = [];
  readonly #faults: OptionFault[] = [];
  readonly #hasResult: boolean;

  constructor(hasResult: boolean) {
    this.#hasResult = hasResult;
  }

  declaredBy(declare: unknown): DeclaredGraph {
    if (typeof declare !== 'function') {
      const message = `expected a function that declares the steps, got ${describe(declare)}`;
      return { steps: [], end: NO_END, faults: [{ option: 'steps', message }] };
    }
    const returned = (declare as (...functions: unknown[]) => unknown)(
      (name: string, of: unknown, options: GivenStep = {}) => this.#step(name, of, options),
      (options: GivenEnd = {}) => this.#end(options),
    );
    if (this.#steps.length === 0)
      this.#add('steps', 'expected at least one step, got none: call step(name, job, options)');
    if (this.#steps.length > MOST_STEPS)
      this.#add(
        'steps',
        `expected ${MOST_STEPS} steps at most, got ${this.#steps.length}: send many jobs from one step`,
      );
    const end = isEnd(returned) ? returned : this.#end({});
    return { steps: Object.freeze([...this.#steps]), end: this.#closed(end), faults: this.#faults };
  }

  #step(name: string, of: unknown, { after, data, compensate }: GivenStep): FlowStep {
    requireContract(of, 'step');
    const option = `step ${String(name)}`;
    this.#add(option, nameFault(name, this.#steps));
    this.#add(option, mappingFault(option, data));
    if (compensate !== undefined) {
      requireContract(compensate.job, 'compensate');
      this.#add(option, mappingFault(`compensate of ${option}`, compensate.data));
    }
    const step = Object.freeze({ name, job: of, after: this.#edges(option, after), data, compensate }) as FlowStep;
    this.#steps.push(step);
    return step;
  }

  #end({ after, result }: GivenEnd): FlowEnd {
    if (this.#hasResult) this.#add('end', mappingFault('result of the end', result));
    return Object.freeze({ after: this.#edges('end', after), result: result as FlowEnd['result'] });
  }

  #edges(option: string, after: unknown = []): readonly FlowEdge[] {
    const faults = edgeFaults(option, after, this.#steps);
    for (const fault of faults) this.#add(option, fault);
    if (faults.length > 0) return [];
    return (after as readonly After[]).map(edgeOf);
  }

  /** A step that nothing comes after is one that the end waits for. */
  #closed({ after, result }: FlowEnd): FlowEnd {
    const followed = new Set([...this.#steps.flatMap((step) => step.after), ...after].map(({ step }) => step));
    const last = this.#steps.filter((step) => !followed.has(step)).map(edgeOf);
    return Object.freeze({ after: [...after, ...last], result });
  }

  #add(option: string, message: string | undefined): void {
    if (message !== undefined) this.#faults.push({ option, message });
  }
}

const NO_END: FlowEnd = { after: [], result: undefined };

function isEnd(value: unknown): value is FlowEnd {
  return typeof value === 'object' && value !== null && 'after' in value;
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The name of a step is part of the id of its job. */
function nameFault(name: unknown, earlier: readonly FlowStep[]): string | undefined {
  const expected = 'expected the name of a step to be 1 to 64 letters, digits, "_" or "-"';
  if (typeof name !== 'string') return `${expected}, got ${describe(name)}`;
  if (!NAME.test(name)) return `${expected}, got ${quoted(name.slice(0, LONGEST_SHOWN))}`;
  if (!earlier.some((step) => step.name === name)) return undefined;
  return `expected each step to have a name of its own, got two that are called ${quoted(name)}`;
}

function mappingFault(option: string, mapping: unknown): string | undefined {
  if (typeof mapping === 'function') return undefined;
  return `expected ${option} to have a function that makes its value of the results before it, got ${describe(mapping)}`;
}

function edgeFaults(option: string, after: unknown, earlier: readonly FlowStep[]): readonly string[] {
  if (!Array.isArray(after)) return [`expected after of ${option} to be an array of steps, got ${describe(after)}`];
  const edges = after as readonly unknown[];
  const faults = edges.flatMap((edge) => edgeFault(option, edge, earlier) ?? []);
  const names = edges.map((edge) => stepIn(edge)?.name);
  const twice = names.find((name, i) => name !== undefined && names.indexOf(name) < i);
  if (twice === undefined) return faults;
  return [...faults, `expected after of ${option} to name each step once, got ${quoted(twice)} twice`];
}

/** An edge begins at a step of the same flow that was declared before: so no graph has a cycle. */
function edgeFault(option: string, edge: unknown, earlier: readonly FlowStep[]): string | undefined {
  const step = stepIn(edge);
  const expected = `expected after of ${option} to hold steps of this flow that were declared before it, or { step, onFailure } of such`;
  if (step === undefined) return `${expected}, got ${describe(edge)}`;
  if (!earlier.includes(step)) return `${expected}, got ${quoted(String(step.name))}, which is none of them`;
  const onFailure: unknown = Reflect.get(edge as object, 'onFailure') ?? 'failFlow';
  if (POLICIES.has(onFailure)) return undefined;
  return `expected onFailure to be 'failFlow', 'compensate' or 'continue', got ${describe(onFailure)}`;
}

function stepIn(edge: unknown): FlowStep | undefined {
  if (typeof edge !== 'object' || edge === null) return undefined;
  const step: unknown = 'step' in edge ? edge.step : edge;
  return typeof step === 'object' && step !== null && 'job' in step && 'after' in step ? (step as FlowStep) : undefined;
}

function edgeOf(given: After): FlowEdge {
  const { step, onFailure = 'failFlow' } = 'step' in given ? given : { step: given };
  return Object.freeze({ step, onFailure });
}

const POLICIES: ReadonlySet<unknown> = new Set(['failFlow', 'compensate', 'continue']);
const LONGEST_SHOWN = 100;
