// Results of several runs, put together.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { merged, readReports, shares, toText, writeReport, type Report, type ScenarioResult } from '@acktor/chaos';
import { expect } from 'chai';

describe('the results of the fault suite', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'acktor-reports-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('make one table out of files, with the later of two results', async () => {
    const paths = ['one', 'two'].map((name) => join(folder, `${name}.json`));
    await writeReport(paths[0] ?? '', reportOf([result({ number: 2, seconds: 1 }), result({ number: 1 })]));
    await writeReport(paths[1] ?? '', reportOf([result({ number: 2, seconds: 77 })]));
    const rows = toText(await readReports(paths)).match(/^\| \d.*$/gm) ?? [];
    expect(rows).to.have.lengthOf(2);
    expect(rows[1]).to.match(/^\| 2 .*\| 77 /);
  });

  it('keep what never came about', async () => {
    const path = join(folder, 'one.json');
    const figure = { name: 'way back', unit: 'ms', samples: [1, Number.POSITIVE_INFINITY] };
    await writeReport(path, reportOf([result({ figures: [figure] })]));
    const [report] = await readReports([path]);
    expect(report?.results[0]?.figures[0]?.samples).to.deep.equal([1, Number.POSITIVE_INFINITY]);
  });

  it('say how many of all runs were made', () => {
    expect(toText([reportOf([result({ runs: 15, fullRuns: 1_000 })])])).to.contain('| 15 of 1,000 |');
    expect(toText([reportOf([result({ runs: 1_000, fullRuns: 1_000 })])])).to.contain('| 1,000 |');
  });

  it('say that a control passed, and so proves nothing', () => {
    const text = toText([reportOf([result({ controls: [{ without: 'presence', violations: [] }] })])]);
    expect(text).to.contain('proves nothing').and.contain('- 1: the control without presence passed');
  });
});

describe('the lanes of a scenario', () => {
  it('share out its runs, and none goes empty', () => {
    expect(shares(10, 4)).to.deep.equal([3, 3, 2, 2]);
    expect(shares(2, 4)).to.deep.equal([1, 1]);
  });

  it('put together what they measured and found', () => {
    const finding = (sample: number) => ({
      violations: [{ invariant: 'L' as const, what: String(sample) }],
      figures: [{ name: 'way back', unit: 'ms', samples: [sample] }],
    });
    const all = merged([finding(1), finding(2)]);
    expect(all.figures).to.deep.equal([{ name: 'way back', unit: 'ms', samples: [1, 2] }]);
    expect(all.violations).to.have.lengthOf(2);
  });
});

function reportOf(results: readonly ScenarioResult[]): Report {
  return { extent: 'all', seed: 7, surroundings: { processor: 'two cores' }, results };
}

function result(part: Partial<ScenarioResult>): ScenarioResult {
  const counts = { runs: 1, fullRuns: 1, seconds: 1, load: 0 };
  const found = { figures: [], violations: [], remarks: [], controls: [] };
  return { number: 1, name: 'a fault', ...counts, ...found, hasPassed: true, ...part };
}
