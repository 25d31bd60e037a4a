// What the bench prints.
import { joined, toJson, toTable, type BenchReport } from '@acktor/bench';
import { expect } from 'chai';

const report: BenchReport = {
  machine: { processor: 'A Processor', cores: 2, memoryGb: 8, system: 'Linux 6.1', load: 0.25 },
  versions: { node: '20.20.2', redis: '7.0.15' },
  results: [
    {
      case: 'noop-50',
      metric: 'jobs_per_s',
      acktor: 23_456,
      peer: 'bullmq',
      peerValue: 21_000,
      ratio: 1.117,
      spread: [0.9, 1.2],
    },
    { case: 'memory-1000', metric: 'rss_mb', acktor: 159.3, peer: null, peerValue: null, ratio: null, spread: null },
    {
      case: 'noop-50',
      metric: 'jobs_per_s',
      acktor: 23_456,
      peer: 'rabbitmq',
      peerValue: null,
      ratio: null,
      spread: null,
      unavailable: 'no apt-get',
    },
  ],
  command: 'npm run bench -- --quick',
  madeAt: '2026-01-02T03:04:05.000Z',
  tookSeconds: 170,
};

describe('the report of the bench', () => {
  it('is one line of JSON with the machine, the versions and a row for each result', () => {
    const text = toJson(report);
    expect(text).not.to.include('\n');
    expect(JSON.parse(text)).to.deep.equal(report);
    expect(Object.keys(JSON.parse(text) as object)).to.include.members(['machine', 'versions', 'results']);
  });

  it('names the processors of all runs that it is joined of, and has of two results of a case the later', () => {
    const later: BenchReport = {
      ...report,
      machine: { ...report.machine, processor: 'Another' },
      results: report.results.slice(0, 1).map((result) => ({ ...result, acktor: 30_000 })),
    };
    const { machine, results } = joined(joined(report, later), later);
    expect(machine.processor).to.equal('A Processor, Another');
    expect(results.map(({ case: name, acktor }) => [name, acktor])).to.deep.equal([
      ['memory-1000', 159.3],
      ['noop-50', 30_000],
    ]);
  });

  it('is a table for people, with numbers to the right and blanks where there is no peer', () => {
    expect(toTable(report).split('\n')).to.deep.equal([
      'A Processor, 2 cores, 8 GB, Linux 6.1, load 0.25 before the run',
      'node 20.20.2, redis 7.0.15',
      'npm run bench -- --quick: 170 s',
      '',
      'case         metric      acktor   peer value  ratio      spread  peer      goal',
      'noop-50      jobs_per_s  23,456       21,000   1.12  0.9 to 1.2  bullmq    ≥ 1.5 missed',
      'memory-1000  rss_mb         159                                            ≤ 256 met',
      'noop-50      jobs_per_s  23,456  unavailable                     rabbitmq  no apt-get',
    ]);
  });
});
