import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { handlerOf } from '../handler/handler-of.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { share } from './jobs.js';

const CONSUMERS = 16;
const HANDLING_MS = 20;
const SMALL_KEYS = 99;
const OF_EACH = 10;
/** A hundred thousand: `ACKTOR_FAIRNESS_LARGE=100000`. What waits in its line has no part in the order. */
const LARGE = Number(process.env['ACKTOR_FAIRNESS_LARGE'] ?? 10_000);

/** A worker of 16 consumers that takes 20 ms for each job. */
async function busyTrial(onStart: (key: string, atMs: number) => void) {
  const trial = await WorkerTrial.open();
  const isOver = signal();
  const handler = handlerOf(share, async ({ key = '' }) => {
    onStart(key, performance.now());
    await Promise.race([pause(HANDLING_MS), isOver.given]);
  });
  const work = () => trial.work([handler], { consumers: CONSUMERS });
  return { trial, work, end: () => isOver.give() };
}

describe('a key with very many jobs', function () {
  this.timeout(180_000);

  it('keeps those with few from starting for no more than two hundred of its own', async () => {
    const starts: string[] = [];
    const smallDone = signal();
    let small = 0;
    const { trial, work, end } = await busyTrial((key) => {
      starts.push(key);
      if (key !== 'large') small += 1;
      if (small === SMALL_KEYS * OF_EACH) smallDone.give();
    });
    await using _ = trial;
    const send = (key: string, n: number) => trial.producer.send(share, { n }, { key });
    for (let n = 0; n < LARGE; n += 1_000)
      await Promise.all(Array.from({ length: Math.min(1_000, LARGE - n) }, (_unused, i) => send('large', n + i)));
    for (let n = 0; n < OF_EACH; n += 1)
      await Promise.all(Array.from({ length: SMALL_KEYS }, (_unused, i) => send(`small-${i}`, n)));
    await work();
    await smallDone.given;
    const last = starts.findLastIndex((key) => key !== 'large');
    const before = starts.slice(0, last).filter((key) => key === 'large').length;
    expect(before).to.be.below(200);
    end();
  });

  it("lets a quiet key wait hardly longer than when it is alone: in the median twice that and one handler's time", async () => {
    const startedAtMs = new Map<string, number>();
    const { trial, work, end } = await busyTrial((key, atMs) => startedAtMs.set(key, atMs));
    await using _ = trial;
    await work();
    const waits = async (name: string): Promise<readonly number[]> => {
      const all: number[] = [];
      for (let i = 0; i < 100; i += 1) {
        const key = `${name}-${i}`;
        const sentAtMs = performance.now();
        const receipt = await trial.producer.send(share, { n: i }, { key });
        await receipt.result();
        all.push((startedAtMs.get(key) ?? Infinity) - sentAtMs);
      }
      return all.toSorted((one, other) => one - other);
    };
    const quantile = (sorted: readonly number[], part: number) =>
      sorted[Math.ceil(sorted.length * part) - 1] ?? Infinity;
    const alone = await waits('alone');
    await Promise.all(
      Array.from({ length: 5_000 }, (_unused, n) => trial.producer.send(share, { n }, { key: 'large' })),
    );
    const beside = await waits('beside');
    expect(quantile(beside, 0.5)).to.be.below(2 * quantile(alone, 0.5) + HANDLING_MS);
    // Behind all of the other key it would be six seconds. A machine that is busy with something else stretches single waits tenfold.
    expect(quantile(beside, 0.99)).to.be.below(quantile(alone, 0.99) + 1_000);
    end();
  });
});
