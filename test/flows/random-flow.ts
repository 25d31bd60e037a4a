// Random flows of many steps, of which some fail, and what has to become of each.
import { flow, job, type After, type FlowContract, type FlowStep, type OnFailure } from '@acktor/core';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { CHANNEL_ODDITIES, Dice } from '../differential/dice.js';

export const count = job('count', {
  queue: 'counts',
  data: z.object({ step: z.string(), terms: z.array(z.number()), fails: z.boolean() }),
  result: z.number(),
  attempts: 1,
});

export const uncount = job('uncount', {
  queue: 'counts',
  data: z.object({ step: z.string(), was: z.number() }),
  attempts: 5,
  backoff: { type: 'fixed', delayMs: 10 },
});

/** What a flow is sent with: with `heal`, no step fails. */
const data = z.object({ heals: z.boolean() });

export interface RandomFlow {
  readonly contract: FlowContract<string, typeof data, z.ZodNumber>;
  /** The result that it has when no step fails. */
  readonly sum: number;
  /** What becomes of it when steps fail. */
  readonly expected: Expected;
}

export type Expected =
  | { readonly kind: 'done'; readonly sum: number; readonly failed: readonly string[] }
  | {
      readonly kind: 'failed';
      /** The steps whose failure may be the reason. */
      readonly fatal: readonly string[];
    };

interface Planned {
  readonly name: string;
  readonly after: readonly (readonly [name: string, onFailure: OnFailure])[];
  readonly fails: boolean;
}

/** The same for the same seed, in whichever process. */
export function randomFlow(seed: number, steps: number): RandomFlow {
  const dice = new Dice(seed, CHANNEL_ODDITIES);
  const plan = Array.from({ length: steps }, (_, i) => plannedStep(i, dice));
  const contract = flow(`random-${seed}`, { queue: 'flows', data, result: z.number() }, (step, end) => {
    const made = new Map<string, FlowStep<string, typeof count>>();
    const edgeTo = ([name, onFailure]: Planned['after'][number]): After => ({
      step: made.get(name) as FlowStep,
      onFailure,
    });
    for (const { name, after, fails } of plan)
      made.set(
        name,
        step(name, count, {
          after: after.map(edgeTo),
          data: (results, run) => ({ step: name, terms: numbersIn(results), fails: fails && !run.data.heals }),
          compensate: { job: uncount, data: (was) => ({ step: name, was }) },
        }),
      );
    return end({
      after: lastOf(plan).map(([name]) => edgeTo([name, 'continue'])),
      result: (results) => numbersIn(results).length,
    });
  });
  return { contract, sum: lastOf(plan).length, expected: expectedOf(plan) };
}

function plannedStep(i: number, dice: Dice): Planned {
  const count = i === 0 ? 0 : dice.int(0, Math.min(i, 4) - 1);
  const names = new Set(Array.from({ length: count }, () => `s${dice.int(0, i - 1)}`));
  const after = [...names].map((name) => [name, dice.int(1, 20) === 1 ? dice.pick(FATAL) : 'continue'] as const);
  return { name: `s${i}`, after, fails: dice.int(1, 20) === 1 };
}

const FATAL = ['failFlow', 'compensate'] as const;

function lastOf(plan: readonly Planned[]): readonly (readonly [string, boolean])[] {
  const followed = new Set(plan.flatMap(({ after }) => after.map(([name]) => name)));
  return plan.filter(({ name }) => !followed.has(name)).map(({ name, fails }) => [name, fails]);
}

/** Every step runs unless one fails whose failure an edge does not continue after. */
function expectedOf(plan: readonly Planned[]): Expected {
  const failing = new Set(plan.filter(({ fails }) => fails).map(({ name }) => name));
  const edges = plan.flatMap(({ after }) => after);
  const fatal = [...failing].filter((name) => edges.some(([from, policy]) => from === name && policy !== 'continue'));
  if (fatal.length > 0) return { kind: 'failed', fatal };
  return { kind: 'done', sum: lastOf(plan).filter(([, fails]) => !fails).length, failed: [...failing] };
}

function numbersIn(results: object): number[] {
  return Object.values(results).filter((value): value is number => typeof value === 'number');
}

/** Handlers of the steps. `ran` is called with each that is about to be acked. */
export function countingHandlers(ran: (step: string) => void = () => undefined) {
  return [
    handlerOf(count, ({ data: { step, terms, fails } }) => {
      if (fails) throw new Error(`${step} fails`);
      ran(step);
      return 1 + terms.length;
    }),
    handlerOf(uncount, ({ data: { step } }) => ran(`${step}!`)),
  ];
}
