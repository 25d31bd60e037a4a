// Rounds of figures, put side by side.
import { compare, type Round } from '@acktor/bench';
import { expect } from 'chai';

const only = (...peers: readonly string[]) => ({ peers, absent: [] });

describe('a comparison', () => {
  const rounds: readonly Round[] = [
    { acktor: { jobs_per_s: 300 }, bullmq: { jobs_per_s: 100 } },
    { acktor: { jobs_per_s: 200 }, bullmq: { jobs_per_s: 200 } },
    { acktor: { jobs_per_s: 100 }, bullmq: { jobs_per_s: 400 } },
  ];

  it("gives the ratio of the medians, and the spread of the rounds' own ratios", () => {
    expect(compare('noop-1', rounds, only('bullmq'))).to.deep.equal([
      {
        case: 'noop-1',
        metric: 'jobs_per_s',
        acktor: 200,
        peer: 'bullmq',
        peerValue: 200,
        ratio: 1,
        spread: [0.25, 3],
      },
    ]);
  });

  it('has a line for each peer that was measured', () => {
    const both = [{ acktor: { connections: 2 }, bullmq: { connections: 2 }, 'bullmq-workers': { connections: 200 } }];
    const lines = compare('idle', both, only('bullmq', 'bullmq-workers'));
    expect(lines.map(({ peer, ratio }) => [peer, ratio])).to.deep.equal([
      ['bullmq', 1],
      ['bullmq-workers', 0.01],
    ]);
  });

  it('has nulls where there is nothing to compare with', () => {
    expect(compare('alone', [{ acktor: { rss_mb: 100 }, bullmq: {} }], only('bullmq'))).to.deep.equal([
      { case: 'alone', metric: 'rss_mb', acktor: 100, peer: null, peerValue: null, ratio: null, spread: null },
    ]);
  });

  it('does not divide by zero', () => {
    const [line] = compare('idle', [{ acktor: { commands_per_s: 4 }, bullmq: { commands_per_s: 0 } }], only('bullmq'));
    expect(line).to.deep.include({ acktor: 4, peerValue: 0, ratio: null, spread: null });
  });

  it('keeps four digits', () => {
    const [line] = compare(
      'noop-1',
      [{ acktor: { jobs_per_s: 12_345.678 }, bullmq: { jobs_per_s: 9 } }],
      only('bullmq'),
    );
    expect(line).to.deep.include({ acktor: 12_350, ratio: 1_372 });
  });

  it('has one line for a peer that could not be had, which says why', () => {
    const alone: readonly Round[] = [{ acktor: { jobs_per_s: 5, rss_mb: 100 } }];
    const lines = compare('noop-1', alone, { peers: ['rabbitmq'], absent: [{ peer: 'rabbitmq', why: 'no apt-get' }] });
    expect(lines.filter(({ peer }) => peer === 'rabbitmq')).to.deep.equal([
      {
        case: 'noop-1',
        metric: 'jobs_per_s',
        acktor: 5,
        peer: 'rabbitmq',
        peerValue: null,
        ratio: null,
        spread: null,
        unavailable: 'no apt-get',
      },
    ]);
  });

  it('keeps the rounds of a peer that failed later', () => {
    const failing: readonly Round[] = [
      { acktor: { jobs_per_s: 6 }, rabbitmq: { jobs_per_s: 3 } },
      { acktor: { jobs_per_s: 6 } },
    ];
    const lines = compare('noop-1', failing, { peers: ['rabbitmq'], absent: [{ peer: 'rabbitmq', why: 'it ended' }] });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.deep.include({ peer: 'rabbitmq', ratio: 2 });
  });
});
