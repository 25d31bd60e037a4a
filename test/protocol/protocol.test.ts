// The protocol of a queue, searched to its end; and what goes wrong without each of its rules.
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { allRulesBut, search, story } from './search.js';
import { rules, type Scope } from './specification.js';

const SCOPES: readonly Omit<Scope, 'on'>[] = [
  { jobs: ['a', 'b'], faults: 2, hasServerFaults: false },
  { jobs: ['a', 'b', 'c'], faults: 1, hasServerFaults: true },
  { jobs: ['a', 'b'], faults: 2, hasServerFaults: true },
];

/** Without a fault of the server, these make no difference. */
const SERVER_RULES: readonly (keyof typeof rules)[] = ['worker', 'holdOff', 'first'];

describe('the protocol of a queue', function () {
  this.timeout(300_000);

  it('is specified in three hundred lines', async () => {
    const source = new URL('../../../test/protocol/specification.ts', import.meta.url);
    expect((await readFile(source, 'utf8')).trimEnd().split('\n').length).to.be.at.most(300);
  });

  for (const scope of SCOPES) {
    it(`breaks no promise: ${scopeText(scope)}`, () => {
      const { violation, worlds, steps } = search({ ...scope, on: allRulesBut() });
      if (process.env.ACKTOR_STORIES) process.stdout.write(`${worlds} worlds, ${steps} steps\n`);
      expect(violation && story(violation)).to.equal(undefined);
    });
  }

  for (const rule of Object.keys(rules) as (keyof typeof rules)[]) {
    it(`breaks one without the rule: ${rules[rule]}`, () => {
      const hasServerFaults = SERVER_RULES.includes(rule);
      const { violation } = search({ jobs: ['a', 'b'], faults: 2, hasServerFaults, on: allRulesBut(rule) });
      if (violation === undefined) throw new Error('expected a story, and nothing goes wrong');
      if (process.env.ACKTOR_STORIES) process.stdout.write(`\n${story(violation)}\n\n`);
    });
  }
});

function scopeText({ jobs, faults, hasServerFaults }: Omit<Scope, 'on'>): string {
  return `${jobs.length} jobs, ${faults} faults${hasServerFaults ? ', also of the server' : ''}`;
}
