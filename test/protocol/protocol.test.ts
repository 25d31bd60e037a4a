// The protocol of a queue as a model, searched to its end; and what goes wrong without each of its rules.
import { expect } from 'chai';
import { allRulesBut, rules, type Rule } from './rules.js';
import { search, story } from './walker.js';
import type { Scope } from './world.js';

const SCOPES: readonly Omit<Scope, 'rules'>[] = [
  { jobs: ['a', 'b'], faults: 2, hasServerFaults: false },
  { jobs: ['a', 'b', 'c'], faults: 1, hasServerFaults: true },
  { jobs: ['a', 'b'], faults: 2, hasServerFaults: true },
];

/** Without a fault of the server, these make no difference. */
const SERVER_RULES: readonly Rule[] = ['worker', 'holdOff', 'first'];

describe('the protocol of a queue', function () {
  this.timeout(300_000);

  for (const scope of SCOPES) {
    it(`breaks no promise: ${scopeText(scope)}`, () => {
      const { violation } = search({ ...scope, rules: allRulesBut() });
      expect(violation && story(violation)).to.equal(undefined);
    });
  }

  for (const rule of Object.keys(rules) as Rule[]) {
    it(`breaks one without the rule: ${rules[rule]}`, () => {
      const hasServerFaults = SERVER_RULES.includes(rule);
      const { violation } = search({ jobs: ['a', 'b'], faults: 2, hasServerFaults, rules: allRulesBut(rule) });
      if (violation === undefined) throw new Error('expected a story, and nothing goes wrong');
      if (process.env.ACKTOR_STORIES) process.stdout.write(`\n${story(violation)}\n\n`);
    });
  }
});

function scopeText({ jobs, faults, hasServerFaults }: Omit<Scope, 'rules'>): string {
  return `${jobs.length} jobs, ${faults} faults${hasServerFaults ? ', also of the server' : ''}`;
}
