// Walks a model: to its end, breadth first, or along random traces.
import { Happenings, type Step } from './happenings.js';
import type { Scope } from './world.js';

export interface Search {
  /** How many worlds were found, and how many steps between them. */
  readonly worlds: number;
  readonly steps: number;
  /** The shortest trace to something that must not be; undefined when there is none. */
  readonly violation: Violation | undefined;
}

export interface Violation {
  readonly wrong: string;
  readonly trace: readonly string[];
}

/** How a world was reached, from the end. */
interface Trail {
  readonly by: Trail | undefined;
  readonly text: string;
}

/** Breadth first, until something is wrong or nothing is left. @throws RangeError for more than so many worlds. */
export function search(scope: Scope, mostWorlds = 3_000_000): Search {
  const first = new Happenings(scope);
  const seen = new Set([first.key()]);
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
      const following = world.steps();
      const unfinished = following.some(({ must }) => must) ? undefined : world.unfinished();
      if (unfinished !== undefined) return found(unfinished, trail);
      steps += following.length;
      const wrong = following.find((step) => step.wrong !== undefined);
      if (wrong?.wrong !== undefined) return found(wrong.wrong, { by: trail, text: wrong.text });
      next.push(...unseen(following, seen, trail));
    }
    if (seen.size > mostWorlds) throw new RangeError(`expected at most ${mostWorlds} worlds, found ${seen.size}`);
    level = next;
  }
  return { worlds: seen.size, steps, violation: undefined };
}

interface Reached {
  readonly world: Happenings;
  readonly trail: Trail | undefined;
}

/** Those that lead to a world that was not seen before. */
function unseen(steps: readonly Step[], seen: Set<string>, trail: Trail | undefined): readonly Reached[] {
  return steps.flatMap(({ world, text }) => {
    const { size } = seen;
    seen.add(world.key());
    return seen.size > size ? [{ world, trail: { by: trail, text } }] : [];
  });
}

function traceOf(trail: Trail | undefined): readonly string[] {
  const texts: string[] = [];
  for (let at = trail; at !== undefined; at = at.by) texts.push(at.text);
  return texts.reverse();
}

/** The trace as people read it. */
export function story({ wrong, trace }: Violation): string {
  return [...trace.map((text, i) => `${i + 1}. ${text}`), `So ${wrong}.`].join('\n');
}

/** A trace along steps that `pick` chooses, a number from 0 to the greatest, until nothing more must happen. */
export function randomTrace(scope: Scope, pick: (greatest: number) => number): readonly Step[] {
  const trace: Step[] = [];
  for (let world = new Happenings(scope); ;) {
    const steps = world.steps();
    const step = steps[pick(steps.length - 1)];
    if (step === undefined || !steps.some(({ must }) => must)) return trace;
    trace.push(step);
    world = step.world;
  }
}
