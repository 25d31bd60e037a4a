// What Acktor is to reach, held against results.
import { casesNamed, goals, judge, verdictOn, type Comparison, type Goal } from '@acktor/bench';
import { expect } from 'chai';

const line: Comparison = {
  case: 'noop-50',
  metric: 'jobs_per_s',
  acktor: 30,
  peer: 'bullmq',
  peerValue: 20,
  ratio: 1.5,
  spread: [1, 2],
};

const faster: Goal = { about: 'faster', case: 'noop-50', metric: 'jobs_per_s', peer: 'bullmq', atLeast: 1.5 };
const small: Goal = { about: 'small', case: 'idle-1000', metric: 'connections', atMost: 4 };

describe('the goals of the bench', () => {
  it('are met at their bound, and missed beyond it', () => {
    expect(judge(faster, [line]).outcome).to.equal('met');
    expect(judge(faster, [{ ...line, ratio: 1.499 }]).outcome).to.equal('missed');
  });

  it('bound the ratio to the peer they name, and to no other', () => {
    const other = { ...line, peer: 'rabbitmq', ratio: 0.5 };
    expect(judge(faster, [other]).outcome).to.equal('unmeasured');
    expect(judge(faster, [other, line])).to.deep.include({ outcome: 'met', value: 1.5 });
  });

  it("bound Acktor's own value where they name no peer", () => {
    const idle = { ...line, case: 'idle-1000', metric: 'connections' as const, acktor: 5, ratio: 0.01 };
    expect(judge(small, [idle])).to.deep.include({ outcome: 'missed', value: 5 });
    expect(judge(small, [{ ...idle, acktor: 4 }]).outcome).to.equal('met');
  });

  it('are unmeasured where the peer could not be had', () => {
    expect(judge(faster, [{ ...line, peerValue: null, ratio: null }]).outcome).to.equal('unmeasured');
  });

  it('stand beside the results they are about', () => {
    expect(verdictOn(line)).to.equal('≥ 1.5 met');
    expect(verdictOn({ ...line, case: 'noop-10' })).to.equal('');
  });

  it('are each of a case that there is', () => {
    const known = casesNamed([], { isQuick: false });
    for (const goal of goals) {
      const measured = known.find(({ name }) => name === goal.case);
      expect(measured, goal.about).not.to.equal(undefined);
      if (goal.peer !== undefined) expect(measured?.peers, goal.about).to.include(goal.peer);
    }
  });
});
