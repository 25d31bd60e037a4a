// One build against another: what is made of pairs, and a real one, of this build and itself.
import { buildIn, comparePairs, isHereFirst, readArguments, type AgainstReport } from '@acktor/bench';
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rejection } from '../server/rejection.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('a bench of two builds', () => {
  it('takes nine pairs, or as many as are asked for', () => {
    expect(readArguments(['--against', '../before'])).to.include({ against: '../before', pairs: 9 });
    expect(readArguments(['--against', '../before', '--pairs', '3'])).to.include({ pairs: 3 });
    expect(() => readArguments(['--against', '../before', '--pairs', '0'])).to.throw(RangeError, '--pairs');
  });

  it('lets each be first in turn', () => {
    expect([0, 1, 2, 3].map(isHereFirst)).to.deep.equal([true, false, true, false]);
  });

  it('says how many times as good this build is, whichever way a metric counts', () => {
    const pairs = [
      { here: { jobs_per_s: 90, cpu_us_per_job: 20 }, there: { jobs_per_s: 100, cpu_us_per_job: 19 } },
      { here: { jobs_per_s: 96, cpu_us_per_job: 20 }, there: { jobs_per_s: 100, cpu_us_per_job: 20 } },
      { here: { jobs_per_s: 110, cpu_us_per_job: 20 }, there: { jobs_per_s: 100, cpu_us_per_job: 22 } },
    ];
    const about = { case: 'noop-1', pairs: 3 };
    expect(comparePairs('noop-1', pairs)).to.deep.equal([
      { ...about, metric: 'jobs_per_s', here: 96, there: 100, share: 0.96, spread: [0.9, 1.1], isKept: false },
      { ...about, metric: 'cpu_us_per_job', here: 20, there: 20, share: 1, spread: [0.95, 1.1], isKept: true },
    ]);
  });

  it('leaves out what only one build measures, and calls zeros alike', () => {
    const pair = { here: { jobs_per_s: 1, kills: 1, commands_per_s: 0 }, there: { jobs_per_s: 1, commands_per_s: 0 } };
    const lines = comparePairs('idle', [pair]);
    expect(lines.map(({ metric, share }) => [metric, share])).to.deep.equal([
      ['jobs_per_s', 1],
      ['commands_per_s', 1],
    ]);
  });

  it('refuses a folder that holds no build, and says how to make one', async () => {
    const { message } = await rejection(buildIn(tmpdir()), RangeError);
    expect(message).to.include(tmpdir()).and.to.include('npm run build');
  });

  it('runs either in processes of its own folder', async function () {
    this.timeout(240_000);
    const main = fileURLToPath(new URL('../../../bench/dist/main.js', import.meta.url));
    const args = ['--against', root, '--case', 'noop-1', '--pairs', '1', '--quick', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
    const report = JSON.parse(stdout) as AgainstReport;
    expect(report.there).to.deep.equal(report.here);
    const line = report.results.find(({ metric }) => metric === 'jobs_per_s');
    expect(line).to.include({ case: 'noop-1', pairs: 1 });
    expect(line?.share).to.be.greaterThan(0);
  });
});
