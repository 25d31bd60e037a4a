import { expect } from 'chai';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { redisUrl } from '../real-redis/real-redis.js';
import { Heard } from '../signals/heard.js';
import { ActorTrial, within } from './actor-trial.js';
import { account, CHANGES } from './account.js';

describe('actors whose workers are killed, on Redis', function () {
  this.timeout(180_000);

  it('apply each event once, in order, with every call that they make', async () => {
    await using trial = await ActorTrial.open('Redis');
    await using fleet = new MortalFleet(trial.options.namespace ?? '');
    await fleet.start(2);
    const ids = Array.from({ length: ACCOUNTS }, (_, i) => `a-${i}`);
    const accounts = ids.map((id) => trial.producer.actor(account, id));
    const sending = Promise.all(
      accounts.map(async (one) => {
        for (let n = 1; n <= CHANGES; n += 1) await one.send({ type: 'add', n });
      }),
    );
    const isDone = Promise.all([sending, ...accounts.map((one) => one.done(within120))]);
    const kills = await fleet.killUntil(isDone);
    await isDone;
    expect(kills).to.be.at.least(LEAST_KILLS);
    for (const one of accounts) {
      const view = await one.snapshot();
      const all = Array.from({ length: CHANGES }, (_, i) => i + 1);
      // Each event, and the end of the job that each has invoked.
      expect(view).to.deep.include({ status: 'done', context: { seen: all, checked: all }, turn: 2 * CHANGES });
    }
  });
});

const ACCOUNTS = 4;
const LEAST_KILLS = 3;
const within120 = { ...within, timeoutMs: 120_000 };

/** Workers, of which the oldest is killed, and replaced, each time that they have had some turns. */
class MortalFleet implements AsyncDisposable {
  readonly #namespace: string;
  readonly #children: ChildProcess[] = [];
  readonly #turns = new Heard<unknown>();

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#spawn()));
  }

  async killUntil(over: Promise<unknown>): Promise<number> {
    const end = new AbortController();
    const settled = over.catch(() => undefined).finally(() => end.abort());
    let kills = 0;
    while (!end.signal.aborted && kills < MOST_KILLS) {
      await Promise.race([settled, this.#turns.upTo(this.#turns.all.length + TURNS_PER_KILL)]);
      const victim = this.#children.shift();
      if (victim === undefined) break;
      victim.kill('SIGKILL');
      await once(victim, 'exit');
      kills += 1;
      await this.#spawn();
    }
    await settled;
    return kills;
  }

  async #spawn(): Promise<void> {
    const wish = { redis: redisUrl(), namespace: this.#namespace };
    const child = fork(new URL('account-worker-process.js', import.meta.url), [JSON.stringify(wish)]);
    this.#children.push(child);
    child.on('message', (message) => this.#turns.push(message));
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

const TURNS_PER_KILL = 20;
const MOST_KILLS = 40;
