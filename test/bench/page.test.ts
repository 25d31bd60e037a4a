// The page that is written from results.
import { readFile } from 'node:fs/promises';
import { barChart, pageOf, type BenchReport, type Comparison } from '@acktor/bench';
import { expect } from 'chai';

const line = (metric: Comparison['metric'], acktor: number, peerValue: number): Comparison => ({
  case: 'noop-50',
  metric,
  acktor,
  peer: 'bullmq',
  peerValue,
  ratio: acktor / peerValue,
  spread: [1, 3],
});

const report: BenchReport = {
  machine: { processor: 'A Processor', cores: 2, memoryGb: 8, system: 'Linux 6.1', load: 0.25 },
  versions: { node: '20.20.2' },
  results: [line('jobs_per_s', 40_000, 20_000), line('cpu_us_per_job', 24, 40), line('server_cpu_us_per_job', 10, 20)],
  command: 'npm run bench',
  madeAt: '2026-01-02T03:04:05.000Z',
  tookSeconds: 90,
};

const pageFor = (template: string, made = report) => pageOf(template, made)[0]?.text;

describe('the page of figures', () => {
  it('says what made it, on which machine', () => {
    const page = pageFor('{{command}}, {{made at}}, {{minutes}} minutes, {{machine}}, {{versions}}');
    expect(page).to.equal(
      'npm run bench, 2026-01-02, 1.5 minutes, A Processor, 2 cores, 8 GB, Linux 6.1, load 0.25 before the run, node 20.20.2',
    );
  });

  it('says of each goal whether it is met', () => {
    const rows = pageFor('{{goals}}')?.split('\n') ?? [];
    expect(rows.find((row) => row.includes('50 consumers, against a BullMQ'))).to.match(
      /\| 40,000 \/ 20,000 \| 2 \| 1 to 3 \| ≥ 1.5 \| met \|$/,
    );
    expect(rows.find((row) => row.includes('RabbitMQ'))).to.match(/\| unmeasured \|$/);
  });

  it('says what bounds a figure, from the cores that are busy with it', () => {
    const rows = pageFor('{{bounds}}')?.split('\n') ?? [];
    expect(rows).to.include("| noop-50 | acktor | 40,000 | 0.96 | 0.40 | the worker's one thread |");
    expect(rows).to.include(
      '| noop-50 | bullmq | 20,000 | 0.80 | 0.40 | the way to and fro, or what else the machine did |',
    );
  });

  it('has every result, and the reason where a peer could not be had', () => {
    const absent: Comparison = {
      ...line('rss_mb', 100, 1),
      peer: 'rabbitmq',
      peerValue: null,
      ratio: null,
      spread: null,
    };
    const page = pageFor('{{results}}', { ...report, results: [{ ...absent, unavailable: 'no apt-get' }] });
    expect(page).to.include('| noop-50 | rss_mb | 100 | rabbitmq | no apt-get |  |  |');
  });

  it('has charts of what was measured, and a word where nothing was', () => {
    const files = pageOf('{{chart throughput}} {{chart kill}}', report);
    expect(files.map(({ path }) => path))
      .to.include('performance/throughput.svg')
      .and.not.to.include('performance/kill.svg');
    expect(files[0]?.text).to.match(/\(performance\/throughput\.svg\) \*Not measured in this run\.\*/);
  });

  it('refuses a template that names what there is not', () => {
    expect(() => pageFor('{{chart fame}}')).to.throw(RangeError, '"chart fame"');
  });

  it('is what the template and the results beside it give', async () => {
    const docs = new URL('../../../docs/', import.meta.url);
    const results = await readFile(new URL('performance/results.json', docs), 'utf8');
    const template = await readFile(new URL('../../../bench/performance.template.md', import.meta.url), 'utf8');
    for (const { path, text } of pageOf(template, JSON.parse(results) as BenchReport)) {
      const written = await readFile(new URL(path, docs), 'utf8');
      expect(written, `${path} is stale: run \`npm run bench -- --report docs/performance/results.json\``).to.equal(
        text,
      );
    }
  });
});

describe('a bar chart', () => {
  const heights = (svg: string) =>
    [...svg.matchAll(/height="([\d.]+)" class="s\d"\/><text [^>]*class="value"/g)].map(([, height]) => Number(height));

  it('draws bars as high as their values, and none where there is no value', () => {
    const svg = barChart({
      title: 'A',
      categories: ['x', 'y'],
      series: [
        { name: 's', values: [100, 50] },
        { name: 't', values: [null, 25] },
      ],
    });
    expect(heights(svg)).to.deep.equal([190, 95, 47.5]);
  });

  it('draws powers of ten in equal steps when it is logarithmic', () => {
    const series = [{ name: 's', values: [1, 10, 100] }];
    const [one = 0, ten = 0, hundred = 0] = heights(
      barChart({ title: 'A', categories: ['x', 'y', 'z'], series, isLogarithmic: true }),
    );
    expect(ten - one).to.be.closeTo(hundred - ten, 0.2);
    expect(one).to.be.greaterThan(0);
  });

  it('lets no text break out of its place', () => {
    const svg = barChart({ title: 'a < b & "c"', categories: ['x'], series: [{ name: 's', values: [1] }] });
    expect(svg).to.include('aria-label="a &lt; b &amp; &quot;c&quot;"').and.not.to.include('a < b');
  });
});
