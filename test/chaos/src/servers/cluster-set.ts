// A Redis Cluster of three masters with a replica each: real processes on the loopback interface.
import { ensureServerBinary, type PrivateServer, type ServerBinary, type ServerSettings } from '@acktor/core/server';
import { ask, insist, portOf, until } from './ask.js';
import { quietPort, startAll, startServer } from './start-server.js';

/** A node, and its name in the cluster. */
export interface ClusterNode {
  readonly server: PrivateServer;
  readonly id: string;
}

export interface ClusterOptions {
  /** Default true. */
  readonly hasReplicas?: boolean;
  /** Further directives, asked for once for each node. */
  readonly settings?: SettingsOfNode;
}

type SettingsOfNode = () => Promise<ServerSettings>;

export class ClusterSet implements AsyncDisposable {
  readonly nodes: readonly ClusterNode[];

  private constructor(nodes: readonly ClusterNode[]) {
    this.nodes = nodes;
  }

  /** Resolves when every node knows that all slots are covered, and every replica follows its master. */
  static async start({ hasReplicas = true, settings = noSettings }: ClusterOptions = {}): Promise<ClusterSet> {
    const binary = await ensureServerBinary();
    const count = hasReplicas ? 6 : 3;
    const servers = await startAll(Array.from({ length: count }, () => startNode(binary, settings)));
    const set = new ClusterSet(await Promise.all(servers.map(nodeOf)));
    await set.#form();
    return set;
  }

  /** What clients are given: two nodes, by which they find the others. */
  get url(): string {
    const seeds = this.nodes.slice(0, 2).map(({ server }) => `127.0.0.1:${portOf(server)}`);
    return `redis+cluster://${seeds.join(',')}`;
  }

  /** The node that is in charge of the key, by the word of `informant`. */
  async masterOf(key: string, informant = this.#first): Promise<ClusterNode> {
    const slot = Number(await ask(informant.server, 'CLUSTER', 'KEYSLOT', key));
    const ranges = (await ask(informant.server, 'CLUSTER', 'SLOTS')) as readonly SlotRange[];
    const range = ranges.find(([from, to]) => from <= slot && slot <= to);
    const node = this.nodes.find(({ server }) => portOf(server) === range?.[2][1]);
    if (node === undefined) throw new Error(`no node is in charge of ${key}`);
    return node;
  }

  /** A master that is not in charge of the key. */
  async otherMaster(key: string): Promise<ClusterNode> {
    const masters = await Promise.all(this.nodes.map(async (node) => ({ node, role: await roleOf(node) })));
    const current = await this.masterOf(key);
    const other = masters.find(({ node, role }) => role === 'master' && node !== current);
    if (other === undefined) throw new Error('expected another master');
    return other.node;
  }

  /** Resolves with the node that took over, when one that lives says that it is not `former` any more. */
  async failedOver(key: string, former: ClusterNode): Promise<ClusterNode> {
    const informant = this.nodes.find((node) => node !== former) ?? former;
    await until(async () => (await this.masterOf(key, informant)) !== former);
    return this.masterOf(key, informant);
  }

  /** Has a replica of the master take over while that lives. Resolves when it has: it may give up at first. */
  async handOver(master: ClusterNode): Promise<void> {
    const replica = await this.#replicaOf(master);
    const request = () => ask(replica.server, 'CLUSTER', 'FAILOVER');
    await insist(request, async () => (await roleOf(replica)) === 'master');
  }

  /** Moves the slot of a key to another master, some keys at a time, as `redis-cli --cluster reshard` does. */
  async moveSlot(key: string, to: ClusterNode): Promise<void> {
    const from = await this.masterOf(key);
    const slot = Number(await ask(from.server, 'CLUSTER', 'KEYSLOT', key));
    await ask(to.server, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await ask(from.server, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    for (;;) {
      const keys = (await ask(from.server, 'CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_A_TIME)) as readonly string[];
      if (keys.length === 0) break;
      await ask(from.server, 'MIGRATE', '127.0.0.1', portOf(to.server), '', 0, 5_000, 'KEYS', ...keys);
    }
    for (const { server } of [to, from]) await ask(server, 'CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
  }

  /** Resolves when every node is there, and every master has its replica again. */
  async settled(): Promise<void> {
    await this.#all(async ({ server }) => {
      const known = (await ask(server, 'CLUSTER', 'NODES')) as string;
      return !known.includes('fail') && known.split('slave').length === this.nodes.length - 2;
    });
    await this.#all(async ({ server }) => {
      const [role, , , state] = (await ask(server, 'ROLE')) as readonly unknown[];
      return role === 'master' || state === 'connected';
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map(({ server }) => server.close()));
  }

  get #first(): ClusterNode {
    const [first] = this.nodes;
    if (first === undefined) throw new Error('expected a cluster to have nodes');
    return first;
  }

  async #form(): Promise<void> {
    const first = this.#first;
    for (const [i, { server }] of this.nodes.slice(0, 3).entries()) {
      await ask(server, 'CLUSTER', 'ADDSLOTSRANGE', ...(SLOT_RANGES[i] ?? []));
      await ask(server, 'CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    }
    for (const { server } of this.nodes)
      await ask(server, 'CLUSTER', 'MEET', '127.0.0.1', portOf(first.server), busPortOf(first));
    await this.#all(async ({ server }) => {
      const known = (await ask(server, 'CLUSTER', 'NODES')) as string;
      return known.trim().split('\n').length === this.nodes.length && !known.includes('handshake');
    });
    for (const [i, { server }] of this.nodes.slice(3).entries()) {
      await ask(server, 'CLUSTER', 'REPLICATE', this.nodes[i]?.id ?? '');
    }
    await this.#all(async ({ server }) =>
      ((await ask(server, 'CLUSTER', 'INFO')) as string).includes('cluster_state:ok'),
    );
    await this.#all(
      async ({ server }, i) => i < 3 || ((await ask(server, 'ROLE')) as readonly unknown[])[3] === 'connected',
    );
    // Every node must know who follows whom before one is killed.
    await this.#all(async ({ server }) => {
      const known = (await ask(server, 'CLUSTER', 'NODES')) as string;
      return known.split('slave').length === this.nodes.length - 2;
    });
  }

  async #all(isSo: (node: ClusterNode, i: number) => Promise<boolean>): Promise<void> {
    for (const [i, node] of this.nodes.entries()) await until(() => isSo(node, i));
  }

  async #replicaOf({ id }: ClusterNode): Promise<ClusterNode> {
    const known = (await ask(this.#first.server, 'CLUSTER', 'REPLICAS', id)) as readonly string[];
    const replica = this.nodes.find((node) => known.some((line) => line.startsWith(node.id)));
    if (replica === undefined) throw new Error('expected the master to have a replica');
    return replica;
  }
}

const noSettings: SettingsOfNode = () => Promise.resolve({});

type SlotRange = readonly [from: number, to: number, master: readonly [host: string, port: number, id: string]];

const SLOT_RANGES = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/** Few, so that a move takes several steps and is met halfway. */
const KEYS_AT_A_TIME = 10;

const busPorts = new WeakMap<PrivateServer, number>();

async function startNode(binary: ServerBinary, further: SettingsOfNode): Promise<PrivateServer> {
  const busPort = await quietPort();
  const settings = {
    ...(await further()),
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-node-timeout': 1_000,
    'repl-diskless-sync-delay': 0,
  };
  const server = await startServer({ binary, settings });
  busPorts.set(server, busPort);
  return server;
}

async function nodeOf(server: PrivateServer): Promise<ClusterNode> {
  return { server, id: String(await ask(server, 'CLUSTER', 'MYID')) };
}

function busPortOf({ server }: ClusterNode): number {
  return busPorts.get(server) ?? 0;
}

async function roleOf({ server }: ClusterNode): Promise<unknown> {
  return ((await ask(server, 'ROLE')) as readonly unknown[])[0];
}
