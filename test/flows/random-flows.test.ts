import { DeadLetteredError, Operator, Producer } from '@acktor/core';
import { memoryEngine } from '@acktor/testing';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Heard } from '../signals/heard.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { countingHandlers, randomFlow, type RandomFlow } from './random-flow.js';

const within = { timeoutMs: 120_000 };
const firstSeed = Number(process.env['ACKTOR_FLOWS_SEED'] ?? Math.floor(Math.random() * 1e9));
const memoryFlows = Number(process.env['ACKTOR_FLOWS'] ?? 4);

/** Ends as its policies say, and, where it failed without undoing anything, to the end once it is redriven with nothing that fails. */
async function endsAsExpected(
  flow: RandomFlow,
  { producer, operator }: { producer: Producer; operator: Operator },
): Promise<void> {
  const { contract, expected, sum } = flow;
  const receipt = await producer.send(contract, { heals: false }, { id: contract.name });
  const outcome = await receipt.result(within).catch((error: unknown) => error);
  const details = await operator.flow('flows', receipt.id);
  const words = `seed ${contract.name}`;
  if (expected.kind === 'done') {
    expect(outcome, words).to.equal(expected.sum);
    const failed = details?.steps.filter(({ state }) => state === 'failed').map(({ name }) => name);
    expect(failed?.toSorted(), words).to.deep.equal(expected.failed.toSorted());
    expect(details?.done, words).to.equal(contract.steps.length - expected.failed.length);
  } else {
    expect(outcome, words).to.be.instanceOf(DeadLetteredError);
    const reasons = expected.fatal.map((step) => `step ${step} failed: ${step} fails`);
    expect(reasons, words).to.include((outcome as DeadLetteredError).reason);
    const states = new Set(details?.steps.map(({ state }) => state));
    // Undone whole, or not at all.
    expect(states.has('undone') && states.has('done'), words).to.equal(false);
    expect(states.has('sent') || states.has('undoing'), words).to.equal(false);
  }
  const whole = await producer.send(contract, { heals: true }, { id: `${contract.name}-whole` });
  expect(await whole.result(within), words).to.equal(sum);
}

describe(`random flows (ACKTOR_FLOWS_SEED=${firstSeed})`, function () {
  this.timeout(240_000);

  it('end as their policies say, and run each step once', async () => {
    const engine = memoryEngine({ clock: 'machine' });
    const ran: string[] = [];
    const flows = Array.from({ length: memoryFlows }, (_, i) => randomFlow(firstSeed + i, 200));
    await using producer = await Producer.connect({ engine });
    await using operator = await Operator.connect({ engine });
    const contracts = flows.map(({ contract }) => contract);
    const handlers = countingHandlers((step) => ran.push(step));
    await using _worker = await Worker.start({
      engine,
      handlers,
      flows: contracts,
      consumers: 8,
      logger: new LogRecorder(),
    });
    for (const flow of flows) {
      ran.length = 0;
      await endsAsExpected(flow, { producer, operator });
      const twice = ran.filter((step, i) => ran.indexOf(step) < i && ran.filter((one) => one === step).length > 2);
      expect(twice, `seed ${flow.contract.name}`).to.deep.equal([]);
    }
  });

  it('end as their policies say while workers are killed', async () => {
    const namespace = freshNamespace();
    const seeds = [firstSeed, firstSeed + 1];
    await using producer = await Producer.connect({ redis: redisUrl(), namespace });
    await using operator = await Operator.connect({ redis: redisUrl(), namespace });
    await using fleet = await MortalFleet.start({ seeds, namespace });
    const ends = seeds.map((seed) => endsAsExpected(randomFlow(seed, 200), { producer, operator }));
    const isOver = Promise.all(ends);
    await fleet.killUntil(isOver);
    await isOver;
    expect(fleet.kills).to.be.above(0);
  });
});

interface Wish {
  readonly seeds: readonly number[];
  readonly namespace: string;
}

/** Two worker processes, of which the older one is killed, and replaced, each time that both have done some steps. */
class MortalFleet implements AsyncDisposable {
  readonly #wish: Wish;
  readonly #children: ChildProcess[] = [];
  /** A message for each step that was handled, and one when a process is up. */
  readonly #messages = new Heard<unknown>();
  kills = 0;

  private constructor(wish: Wish) {
    this.#wish = wish;
  }

  static async start(wish: Wish): Promise<MortalFleet> {
    const fleet = new MortalFleet(wish);
    await Promise.all([fleet.#spawn(), fleet.#spawn()]);
    return fleet;
  }

  async killUntil(over: Promise<unknown>): Promise<void> {
    const end = new AbortController();
    const settled = over.catch(() => undefined).finally(() => end.abort());
    while (!end.signal.aborted && this.kills < MOST_KILLS) {
      await Promise.race([settled, this.#messages.upTo(this.#messages.all.length + STEPS_PER_KILL)]);
      const victim = this.#children.shift();
      if (victim === undefined) return;
      victim.kill('SIGKILL');
      await once(victim, 'exit');
      this.kills += 1;
      await this.#spawn();
    }
    await settled;
  }

  async #spawn(): Promise<void> {
    const child = fork(new URL('flow-worker-process.js', import.meta.url), [
      JSON.stringify({ ...this.#wish, redis: redisUrl() }),
    ]);
    this.#children.push(child);
    child.on('message', (message) => this.#messages.push(message));
    await once(child, 'message');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  }
}

const STEPS_PER_KILL = 40;
const MOST_KILLS = 12;
