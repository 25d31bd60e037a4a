// The suite in lanes: how it is divided, and what becomes of a lane that fails.
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Lanes from '../../scripts/mocha/lanes.mjs';

// By URL: the compiled test is one folder deeper than its source.
const url = new URL('../../../scripts/mocha/lanes.mjs', import.meta.url);
const { divide, everyFolder, laneCount, stallMs } = (await import(url.href)) as typeof Lanes;
const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('the lanes of the suite', () => {
  const lanes = process.env['ACKTOR_TEST_LANES'];
  afterEach(() => {
    if (lanes === undefined) delete process.env['ACKTOR_TEST_LANES'];
    else process.env['ACKTOR_TEST_LANES'] = lanes;
  });

  it('have every folder once, and the longest two apart', () => {
    const all = everyFolder(root);
    const [one = [], other = [], ...more] = divide(all, 2);
    expect(more).to.deep.equal([]);
    expect([...one, ...other]).to.have.members([...all]);
    expect(one.includes('test/dist/cli/**/*.test.js')).not.to.equal(one.includes('test/dist/supervisor/**/*.test.js'));
  });

  it('leave out what needs a browser, and folders without a test', () => {
    expect(everyFolder(root)).to.include('test/dist/set-up/**/*.test.js');
    for (const name of ['browser', 'jobs'])
      expect(everyFolder(root), name).not.to.include(`test/dist/${name}/**/*.test.js`);
    expect(existsSync(join(root, 'test/dist/jobs'))).to.equal(true);
  });

  it('are no more than what there is to run', () => {
    expect(divide(['test/dist/cli/**/*.test.js'], 4)).to.deep.equal([['test/dist/cli/**/*.test.js']]);
  });

  it('are as many as the environment says, and refused when that is no number', () => {
    process.env['ACKTOR_TEST_LANES'] = '3';
    expect(laneCount()).to.equal(3);
    process.env['ACKTOR_TEST_LANES'] = 'all';
    expect(laneCount).to.throw(RangeError, 'expected ACKTOR_TEST_LANES to be a whole number from 1 to 99, got "all"');
  });
});

describe('the time limit of a lane', () => {
  afterEach(() => delete process.env['ACKTOR_TEST_STALL_MINUTES']);

  it('is a quarter of an hour or what the environment says, and refused when that is no number', () => {
    expect(stallMs()).to.equal(900_000);
    process.env['ACKTOR_TEST_STALL_MINUTES'] = '0.5';
    expect(stallMs()).to.equal(30_000);
    process.env['ACKTOR_TEST_STALL_MINUTES'] = 'none';
    expect(stallMs).to.throw(
      RangeError,
      'expected ACKTOR_TEST_STALL_MINUTES to be a number above 0, up to 10000, got "none"',
    );
  });
});

describe('a run in lanes', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-lanes-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Each lane is a program that does what its argument says. */
  const run = async (...lanes: readonly string[]) => {
    const program = join(folder, 'lane.mjs');
    await writeFile(program, 'await import(`data:text/javascript,${process.argv[2]}`);');
    const script = join(folder, 'run.mjs');
    const patterns = JSON.stringify(lanes.map((lane) => [encodeURIComponent(lane)]));
    await writeFile(
      script,
      `import { runLanes } from ${JSON.stringify(url.href)};
       process.exitCode = await runLanes(${JSON.stringify(program)}, ${patterns}, ['--an-option']);`,
    );
    return new Promise<{ code: unknown; lines: readonly string[] }>((resolve) => {
      execFile(process.execPath, [script], (error, stdout) =>
        resolve({ code: error?.code ?? 0, lines: stdout.split('\n').filter((line) => line !== '') }),
      );
    });
  };

  it('prints one lane after the other, whichever ends first, and last the sum of their counts', async () => {
    const slow = "setTimeout(() => console.log('slow\\n3 passed, 0 failed, 2 skipped'), 200);";
    const { code, lines } = await run(slow, "console.log(process.argv[3] + '\\n4 passed, 0 failed');");
    expect(lines).to.deep.equal([
      'slow',
      '3 passed, 0 failed, 2 skipped',
      '--an-option',
      '4 passed, 0 failed',
      '7 passed, 0 failed, 2 skipped',
    ]);
    expect(code).to.equal(0);
  });

  it('fails with a lane that fails', async () => {
    const { code, lines } = await run(
      "console.log('4 passed, 0 failed');",
      "console.log('2 passed, 1 failed'); process.exitCode = 1;",
    );
    expect(lines.at(-1)).to.equal('6 passed, 1 failed');
    expect(code).to.equal(1);
  });

  it('fails with a lane that ends before its last line, whatever its exit code', async () => {
    const { code, lines } = await run("console.log('4 passed, 0 failed');", 'process.exit(0);');
    expect(lines.at(-1)).to.equal('4 passed, 1 failed');
    expect(code).to.equal(1);
  });

  it('counts a lane whose log comes behind its last line, and one that fails though its tests have passed', async () => {
    const { code, lines } = await run(
      "console.log('4 passed, 0 failed'); setTimeout(() => console.error('a line of a log'), 100);",
      "console.log('2 passed, 0 failed'); process.exitCode = 3;",
    );
    expect(lines.at(-1)).to.equal('6 passed, 1 failed');
    expect(code).to.equal(1);
  });

  it('ends a lane that hangs, and says in which test, but none in which something begins now and then', async function () {
    this.timeout(30_000);
    process.env['ACKTOR_TEST_STALL_MINUTES'] = '0.1';
    const hangs = `
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.env.ACKTOR_TEST_UNDER_WAY, 'acks it, of test/x.ts');
      for (;;);`;
    const lives = `
      import { writeFileSync } from 'node:fs';
      let times = 0;
      const timer = setInterval(() => {
        writeFileSync(process.env.ACKTOR_TEST_UNDER_WAY, String(times));
        if ((times += 1) < 16) return;
        clearInterval(timer);
        console.log('2 passed, 0 failed');
      }, 500);`;
    const waits = 'await new Promise((resolve) => setTimeout(resolve, 60000));';
    try {
      const { code, lines } = await run(hangs, lives, waits);
      expect(code).to.equal(1);
      expect(lines.filter((line) => line.startsWith('expected a test to begin'))).to.deep.equal([
        `${STALLED} in: acks it, of test/x.ts`,
        `${STALLED} before its first test: in an import of one of its files`,
      ]);
      expect(lines.at(-1)).to.equal('2 passed, 2 failed');
    } finally {
      delete process.env['ACKTOR_TEST_STALL_MINUTES'];
    }
  });

  it('comes to its end though something that a lane has left holds the output open', async function () {
    this.timeout(30_000);
    const leaves = `
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['--eval', 'setTimeout(() => undefined, 12000)'], { stdio: 'inherit', detached: true }).unref();
      console.log('1 passed, 0 failed');`;
    const fromMs = performance.now();
    expect((await run(leaves)).code).to.equal(0);
    expect(performance.now() - fromMs).to.be.lessThan(11_000);
  });
});

const STALLED =
  'expected a test to begin or to end in this lane, but nothing has for 0.1 minutes (ACKTOR_TEST_STALL_MINUTES). It hangs';
