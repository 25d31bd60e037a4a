// Every case, in the order in which they run.
import type { BenchCase } from './bench-case.js';
import { growthCase } from './growth.js';
import { idleCases } from './idle.js';
import { killCase } from './kill.js';
import { publishCases } from './publish.js';
import { redisLimitCase } from './redis-limit.js';
import { roadCases } from './roads.js';
import { sendCase } from './send.js';
import { fairnessCase, processCases, queuesCase } from './sharing.js';
import { startIdleCase } from './start-idle.js';
import { memoryCase, throughputCases } from './throughput.js';
import { watchedCase } from './watched.js';
import { watchedCrowdCase } from './watched-crowd.js';

export const cases: readonly BenchCase[] = [
  ...throughputCases,
  redisLimitCase,
  ...idleCases,
  memoryCase,
  startIdleCase,
  sendCase,
  ...publishCases,
  growthCase,
  ...processCases,
  queuesCase,
  fairnessCase,
  ...roadCases,
  killCase,
  watchedCase,
  watchedCrowdCase,
];

/** What to leave out when no case is named. */
export interface Choice {
  readonly isQuick: boolean;
}

/**
 * The cases of these names; for none, all of them or those of a quick bench. @throws RangeError for a name that no case has.
 */
export function casesNamed(names: readonly string[], { isQuick }: Choice): readonly BenchCase[] {
  const wanted = names.flatMap((name) => (name === 'roads' ? roadCases.map((road) => road.name) : [name]));
  const unknown = wanted.filter((name) => !cases.some((known) => known.name === name));
  if (unknown.length > 0) {
    const known = cases.map(({ name }) => name).join(', ');
    throw new RangeError(`expected cases of ${known}; got ${unknown.join(', ')}`);
  }
  if (wanted.length > 0) return cases.filter(({ name }) => wanted.includes(name));
  return cases.filter(({ isLeftOutOfQuick = false }) => !(isQuick && isLeftOutOfQuick));
}
