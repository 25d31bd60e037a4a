// A primary with two replicas, and three sentinels that watch them: real processes on the loopback interface.
import { ensureServerBinary, type PrivateServer, type ServerBinary } from '@acktor/core/server';
import { ask, insist, portOf, until } from './ask.js';
import { startAll, startServer } from './start-server.js';

const MASTER = 'trial';

export class SentinelSet implements AsyncDisposable {
  readonly servers: readonly PrivateServer[];
  readonly sentinels: readonly PrivateServer[];

  private constructor(servers: readonly PrivateServer[], sentinels: readonly PrivateServer[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  /** Resolves when the sentinels know the replicas and each other, so that they could fail over. */
  static async start(): Promise<SentinelSet> {
    const binary = await ensureServerBinary();
    const primary = await startServer({ binary, settings: SERVER_SETTINGS });
    const following = { ...SERVER_SETTINGS, replicaof: `127.0.0.1 ${portOf(primary)}` };
    const start = () => startServer({ binary, settings: following });
    const replicas = await startAll([start(), start()]);
    await until(() => hasReplicas(primary));
    const sentinels = await startAll([1, 2, 3].map(() => startSentinel(binary, primary)));
    const set = new SentinelSet([primary, ...replicas], sentinels);
    await set.#agreed();
    return set;
  }

  /** What clients are given. */
  get url(): string {
    return `redis+sentinel://${this.sentinels.map((sentinel) => `127.0.0.1:${portOf(sentinel)}`).join(',')}/${MASTER}`;
  }

  /** The server that the first sentinel takes for the primary. */
  async primary(): Promise<PrivateServer> {
    const [, port] = (await ask(this.#sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)) as readonly string[];
    return found(this.servers, (server) => portOf(server) === Number(port));
  }

  /** Grows with every failover, by the word of the first sentinel. */
  async epoch(): Promise<number> {
    const fields = (await ask(this.#sentinel, 'SENTINEL', 'MASTER', MASTER)) as readonly string[];
    return Number(fields[fields.indexOf('config-epoch') + 1]);
  }

  /**
   * Resolves with the primary when there was a failover since that epoch, and the primary says itself that it is one. It may be
   * who it was: on a busy machine one failover can follow another.
   */
  async failedOver(before: number): Promise<PrivateServer> {
    await until(async () => (await this.epoch()) > before);
    await until(async () => isPrimary(await this.primary()));
    return this.primary();
  }

  /** Has the sentinels hand over to a replica while the primary lives. Resolves when they have: they may give up at first. */
  async handOver(): Promise<void> {
    const before = await this.epoch();
    const request = () => ask(this.#sentinel, 'SENTINEL', 'FAILOVER', MASTER);
    await insist(request, async () => (await this.epoch()) > before);
  }

  /** Resolves when every server but the primary follows it, and the sentinels could fail over again. */
  async settled(): Promise<void> {
    await until(async () => hasReplicas(await this.primary()));
    await this.#agreed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.close()));
  }

  get #sentinel(): PrivateServer {
    return found(this.sentinels, () => true);
  }

  async #agreed(): Promise<void> {
    for (const sentinel of this.sentinels) {
      await until(async () => {
        const fields = (await ask(sentinel, 'SENTINEL', 'MASTER', MASTER)) as readonly string[];
        const read = (name: string) => fields[fields.indexOf(name) + 1];
        const knowsAll = read('num-slaves') === '2' && read('num-other-sentinels') === '2';
        return knowsAll && read('flags') === 'master';
      });
    }
  }
}

/** A replica follows at once and without a file between. */
const SERVER_SETTINGS = { 'repl-diskless-sync-delay': 0, 'repl-diskless-load': 'on-empty-db' };

function startSentinel(binary: ServerBinary, primary: PrivateServer): Promise<PrivateServer> {
  return startServer({
    // One program acts as the server or as a sentinel, by the name that it is called.
    binary: { ...binary, argv0: `${binary.kind}-sentinel` },
    settings: {
      appendonly: 'no',
      [`sentinel monitor ${MASTER} 127.0.0.1 ${portOf(primary)}`]: 2,
      [`sentinel down-after-milliseconds ${MASTER}`]: 500,
      [`sentinel failover-timeout ${MASTER}`]: 2_000,
    },
  });
}

async function hasReplicas(server: PrivateServer): Promise<boolean> {
  return ((await ask(server, 'INFO', 'replication')) as string).split('state=online').length === 3;
}

async function isPrimary(server: PrivateServer): Promise<boolean> {
  const [role] = (await ask(server, 'ROLE').catch(() => [])) as readonly unknown[];
  return role === 'master';
}

function found<T>(all: readonly T[], isIt: (one: T) => boolean): T {
  const one = all.find(isIt);
  if (one === undefined) throw new Error('expected one of the servers of the set');
  return one;
}
