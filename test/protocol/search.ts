// Walks the specification: to its end, breadth first, or along random traces.
import { keyOf } from './key.js';
import { broken, unfinished } from './promises.js';
import { rules, type Scope } from './specification.js';
import { told, TracedWorld, type TracedStep } from './traced-world.js';

export interface Search {
  /** How many worlds were found, and how many steps between them. */
  readonly worlds: number;
  readonly steps: number;
  /** The shortest trace to something that must not be; undefined when there is none. */
  readonly violation: Violation | undefined;
}

export interface Violation {
  readonly wrong: string;
  /** Its steps as sentences. */
  readonly trace: readonly string[];
}

/** How a world was reached, from the end. */
interface Trail {
  readonly by: Trail | undefined;
  readonly step: Pick<TracedStep, 'text' | 'event'>;
}

interface Reached {
  readonly world: TracedWorld;
  readonly trail: Trail | undefined;
}

/** Breadth first, until something is wrong or nothing is left. @throws RangeError for more than so many worlds. */
export function search(scope: Scope, mostWorlds = 5_000_000): Search {
  const first = new TracedWorld(scope);
  const seen = new Set([keyOf(first)]);
  let level: readonly Reached[] = [{ world: first, trail: undefined }];
  let steps = 0;
  const found = (wrong: string, trail: Trail | undefined): Search => ({
    worlds: seen.size,
    steps,
    violation: { wrong, trace: traceOf(trail) },
  });
  while (level.length > 0) {
    const next: Reached[] = [];
    for (const { world, trail } of level) {
      const following = world.steps().filter(isTaken);
      const stuck = following.some(({ kind }) => kind === 'must') ? undefined : unfinished(world);
      if (stuck !== undefined) return found(stuck, trail);
      steps += following.length;
      const failed = following.map((step) => ({ step, wrong: broken(world, step) })).find(({ wrong }) => wrong);
      if (failed?.wrong !== undefined) return found(failed.wrong, trailOf(failed.step, trail));
      next.push(...unseen(following, seen, trail));
    }
    if (seen.size > mostWorlds) throw new RangeError(`expected at most ${mostWorlds} worlds, found ${seen.size}`);
    level = next;
  }
  return { worlds: seen.size, steps, violation: undefined };
}

/** Those that lead to a world that was not seen before. */
function unseen(steps: readonly TracedStep[], seen: Set<string>, by: Trail | undefined): readonly Reached[] {
  return steps.flatMap((step) => {
    const { size } = seen;
    seen.add(keyOf(step.world));
    return seen.size > size ? [{ world: step.world, trail: trailOf(step, by) }] : [];
  });
}

/** Both workers are alike: A begins, unless it is dead. */
function isTaken({ world }: TracedStep): boolean {
  const { A: first, B: second } = world.workers;
  return first.last > 0 || second.last === 0 || first.state === 'dead';
}

function trailOf({ text, event }: TracedStep, by: Trail | undefined): Trail {
  return { by, step: { text, event } };
}

function traceOf(trail: Trail | undefined): readonly string[] {
  const texts: string[] = [];
  for (let at = trail; at !== undefined; at = at.by) texts.push(told(at.step));
  return texts.reverse();
}

/** The trace as people read it. */
export function story({ wrong, trace }: Violation): string {
  return [...trace.map((text, i) => `${i + 1}. ${text}.`), `So ${wrong}.`].join('\n');
}

/** A trace along steps that `pick` chooses, a number from 0 to the greatest, until nothing more must happen. */
export function randomTrace(scope: Scope, pick: (greatest: number) => number): readonly TracedStep[] {
  const trace: TracedStep[] = [];
  for (let world = new TracedWorld(scope); ;) {
    const steps = world.steps().filter(isTaken);
    const step = steps[pick(steps.length - 1)];
    if (step === undefined || !steps.some(({ kind }) => kind === 'must')) return trace;
    trace.push(step);
    world = step.world;
  }
}

/** All rules on, but these. */
export function allRulesBut(...off: readonly (keyof typeof rules)[]): Scope['on'] {
  const names = Object.keys(rules) as readonly (keyof typeof rules)[];
  return Object.fromEntries(names.map((name) => [name, !off.includes(name)])) as Scope['on'];
}
