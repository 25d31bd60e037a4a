import { expect } from 'chai';
import type { TransitionName } from '../charts/driven.js';
import { inGroups } from './in-groups.js';
import { routes, type Route } from './route.js';
import { isAsMeant, walkAlong, walkAndKill, type WalkResult } from './walk-trial.js';

const ways = [...routes()];

describe("every transition of the consumer's chart, on a real Redis", () => {
  const driven = new Map<TransitionName, WalkResult>();
  const killed = new Map<TransitionName, WalkResult>();

  before('leads a worker to each, and a process to each to be killed there', async function () {
    this.timeout(480_000);
    await Promise.all([driveAll(), inGroups(PROCESSES, ways, killAt)]);
  });

  for (const [name, route] of ways) {
    it(`${inWords(name, route)}: driven, and nothing is lost when killed there`, () => {
      expectNothingLost(driven.get(name));
      expectNothingLost(killed.get(name));
    });
  }

  it('is driven, and killed at', () => {
    const all = ways.length;
    process.stdout.write(`    transitions driven: ${driven.size} of ${all}, killed at: ${killed.size} of ${all}\n`);
    expect({ driven: driven.size, killed: killed.size }).to.deep.equal({ driven: all, killed: all });
  });

  async function driveAll(): Promise<void> {
    const results = await walkAlong(ways.map(([, route = []]) => route));
    results.forEach((result, at) => driven.set(ways[at]?.[0] ?? '', result));
  }

  async function killAt([name, route = []]: (typeof ways)[number]): Promise<void> {
    const result = await walkAndKill(route);
    if (result) killed.set(name, result);
  }
});

/** Processes at a time that are led to be killed: two cores are busy while others wait for a sign of life to fade. */
const PROCESSES = 4;

function expectNothingLost(result: WalkResult | undefined): void {
  if (result === undefined) throw new Error('expected a worker to come to the transition');
  expect(result.left, 'jobs that are active or wait').to.equal(0);
  for (const job of result.jobs) {
    expect(isAsMeant(job), `meant: ${job.meant}, came: ${job.end}`).to.equal(true);
    expect(job.deliveries, 'deliveries').to.be.within(1, 2);
  }
}

function inWords(name: TransitionName, route: Route | undefined): string {
  const way = route?.slice(0, -1).map(({ event }) => event) ?? ['no way'];
  return way.length === 0 ? name : `${name} (after ${way.join(', ')})`;
}
