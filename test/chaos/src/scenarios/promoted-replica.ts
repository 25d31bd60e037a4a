// 15: the primary dies, and a replica that lagged behind it takes over.
import { setTimeout as pause } from 'node:timers/promises';
import type { ProducerOptions } from '@acktor/core';
import { ensureServerBinary, type PrivateServer, type ServerBinary } from '@acktor/core/server';
import type { Proxy } from '../proxy/proxy.js';
import { keepSending } from '../trial/keep-sending.js';
import { portOf, type Trial } from '../trial/trial.js';
import type { Sender } from '../trial/sender.js';
import type { Scenario } from './scenario.js';

export const promotedReplica: Scenario = {
  number: 15,
  name: 'lagging replica promoted',
  about: 'The primary dies, and a replica 150 ms behind takes over: nothing is lost that a replica had confirmed.',
  runs: { quick: 1, usual: 3, all: 20 },
  isLong: true,
  lanes: 2,
  controls: ['the confirm'],
  async run(trial) {
    // These count a connection's own writes alone, older Redis every write.
    const binary = await ensureServerBinary({ kind: 'valkey' });
    const pair = await Pair.start(trial, binary);
    const sender = await trial.sender({ redis: pair.front.url, ...confirmFor(trial) });
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      await failOver(trial, pair, sender);
    }
    // Only now: acks that the new primary never got would be the worker's loss, and not the sender's.
    await trial.worker({ redis: pair.primary.url, options: { consumers: 20 } }).ready();
    const remarks = [`on ${binary.kind} ${binary.version}`];
    return { remarks, violations: await trial.judge({ view: await trial.view(pair.primary), settleMs: 30_000 }) };
  },
};

const LAG_MS = 150;

function confirmFor({ control }: Trial): ProducerOptions {
  return control === undefined ? { confirm: { replicas: 1 }, confirmTimeoutMs: 8_000 } : {};
}

async function failOver({ random }: Trial, pair: Pair, sender: Sender): Promise<void> {
  const sending = keepSending(sender, { lines: 10, betweenMs: 5 });
  await pause(random.whole(1_500, 3_000));
  await pair.failOver();
  await pause(random.whole(200, 500));
  await pair.rejoin();
  await sending.stop();
}

/** A primary, its replica behind a slow wire, and an address that always leads to the primary. */
class Pair {
  readonly front: Proxy;
  readonly #trial: Trial;
  #primary: PrivateServer;
  #replica: PrivateServer;

  private constructor(trial: Trial, servers: readonly [primary: PrivateServer, replica: PrivateServer], front: Proxy) {
    this.#trial = trial;
    [this.#primary, this.#replica] = servers;
    this.front = front;
  }

  static async start(trial: Trial, binary: ServerBinary): Promise<Pair> {
    const settings = { 'repl-diskless-sync-delay': 0 };
    const primary = await trial.server({ binary, settings });
    const replica = await trial.server({ binary, settings });
    const pair = new Pair(trial, [primary, replica], await trial.proxy(primary));
    await pair.#follow();
    return pair;
  }

  get primary(): PrivateServer {
    return this.#primary;
  }

  /** The primary dies with what was still on the wire; the replica goes on with what it has. */
  async failOver(): Promise<void> {
    await this.#primary.kill('SIGKILL');
    [this.#primary, this.#replica] = [this.#replica, this.#primary];
    const view = await this.#trial.view(this.#primary);
    await view.client.replicaof('NO', 'ONE');
    this.front.leadTo(portOf(this.#primary));
  }

  /** The dead server comes back as the replica. */
  async rejoin(): Promise<void> {
    await this.#replica.restart();
    await this.#follow();
  }

  async #follow(): Promise<void> {
    const wire = await this.#trial.replicaProxy(this.#primary);
    wire.delay(() => LAG_MS);
    const [primary, replica] = await Promise.all([this.#primary, this.#replica].map((it) => this.#trial.view(it)));
    await replica?.client.replicaof('127.0.0.1', wire.port);
    const isFollowed = async () => (await primary?.client.info('replication'))?.includes('state=online') ?? false;
    const isOnline = await primary?.within(SYNC_MS, isFollowed);
    if (isOnline !== true) throw new Error(`expected the replica to follow within ${SYNC_MS} ms`);
  }
}

const SYNC_MS = 20_000;
