// Which scenarios a run is about.
import type { ChaosArguments } from '../command-line.js';
import type { Scenario } from '../scenarios/scenario.js';
import { scenarios } from '../scenarios/scenarios.js';

/** @throws RangeError when a number is no scenario's. */
export function chosen({ extent, only, shard: { part, of } }: ChaosArguments): readonly Scenario[] {
  const unknown = only.filter((number) => !scenarios.some((scenario) => scenario.number === number));
  if (unknown.length > 0)
    throw new RangeError(`expected numbers of scenarios (--help lists them), got ${unknown.join(', ')}`);
  const isWanted = ({ number, isLong = false }: Scenario) =>
    only.length > 0 ? only.includes(number) : extent === 'all' || !isLong;
  return scenarios.filter(isWanted).filter((_, at) => at % of === part - 1);
}
