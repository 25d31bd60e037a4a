// Finds the current primary, of a cluster or behind sentinels, and notices when it changes.
import type { Socket } from 'node:net';
import slotOf from 'cluster-key-slot';
import type { Redis } from 'ioredis';
import type { RedisAddress } from './address.js';
import { forgetArguments, newClient } from './connection-guard.js';
import { lookUpConnector } from './master-connector.js';
import { showHostPort, type HostPort } from './endpoint.js';

/** Where the primary of a key is; undefined when there is none now. Behind sentinels it is the same for all keys. */
export type MasterLookup = (key: string) => HostPort | undefined;

/**
 * Asks any node of a cluster, or any sentinel. Each time it begins with another one, because one that is cut off from the rest goes on
 * giving an outdated answer.
 */
export class MasterFinder {
  readonly #address: RedisAddress;
  /** Those that the address names. */
  readonly #named: readonly HostPort[];
  #informants: readonly HostPort[];
  #asking: Promise<MasterLookup> | undefined;
  readonly #tracked = new Set<TrackedStream>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(address: RedisAddress, informants: readonly HostPort[]) {
    this.#address = address;
    this.#named = informants;
    this.#informants = informants;
  }

  /** The one finder of an address; undefined for the address of a single server. */
  static of(address: RedisAddress): MasterFinder | undefined {
    const { endpoint } = address;
    if (endpoint.kind === 'tcp' || endpoint.kind === 'unix') return undefined;
    const informants = endpoint.kind === 'cluster' ? endpoint.nodes : endpoint.sentinels;
    const finder = finders.get(address) ?? new MasterFinder(address, informants);
    finders.set(address, finder);
    return finder;
  }

  /** Rejects with the last error when none answers. */
  locate(): Promise<MasterLookup> {
    this.#asking ??= this.#findMasters().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** All primaries. */
  async masters(): Promise<readonly HostPort[]> {
    return this.#firstAnswer(async (client, place) =>
      this.#address.isCluster ? (await this.#slotsAt(client, place)).masters : [await this.#primaryAt(client)],
    );
  }

  /**
   * Breaks the connection when its server is no longer the primary of the key. The server itself says so only in reply to a command, and
   * one that hangs says nothing at all.
   */
  track(stream: Socket, key: string, place: HostPort): void {
    const tracked = { stream, key, place };
    this.#tracked.add(tracked);
    this.#timer ??= setInterval(() => void this.#check(), CHECK_EVERY_MS).unref();
    stream.once('close', () => {
      this.#tracked.delete(tracked);
      if (this.#tracked.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }

  async #check(): Promise<void> {
    if ((await this.#outdated()).length === 0) return;
    // The answer may be of one that is cut off: another one must agree.
    for (const { stream } of await this.#outdated()) stream.destroy();
  }

  async #outdated(): Promise<readonly TrackedStream[]> {
    const masterOf = await this.locate().catch(() => undefined);
    return [...this.#tracked].filter(({ key, place }) => {
      const now = masterOf?.(key);
      return now !== undefined && showHostPort(now) !== showHostPort(place);
    });
  }

  #findMasters(): Promise<MasterLookup> {
    return this.#firstAnswer(async (client, place) => {
      if (!this.#address.isCluster) {
        const primary = await this.#primaryAt(client);
        return () => primary;
      }
      const slots = await this.#slotsAt(client, place);
      this.#meetNodes(slots);
      return (key) => slots.masterOf(key);
    });
  }

  async #firstAnswer<Answer>(ask: (client: Redis, place: HostPort) => Promise<Answer>): Promise<Answer> {
    let fault: unknown;
    for (const place of this.#turn()) {
      const client = this.#dial(place);
      try {
        return await ask(client, place);
      } catch (error) {
        forgetArguments(error as object);
        fault = error;
      } finally {
        client.disconnect();
      }
    }
    throw fault;
  }

  #turn(): readonly HostPort[] {
    this.#informants = [...this.#informants.slice(1), ...this.#informants.slice(0, 1)];
    return this.#informants;
  }

  async #slotsAt(client: Redis, informant: HostPort): Promise<SlotMap> {
    return readSlots(await client.cluster('SLOTS'), informant, (announced) => this.#address.reachedAt(announced));
  }

  async #primaryAt(client: Redis): Promise<HostPort> {
    const { endpoint } = this.#address;
    const name = endpoint.kind === 'sentinel' ? endpoint.master : '';
    const answer = (await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as readonly string[] | null;
    const [host, port] = answer ?? [];
    if (host === undefined || port === undefined) throw new Error(`a sentinel knows no primary named "${name}"`);
    return this.#address.reachedAt({ host, port: Number(port) });
  }

  /** Nodes that came later are asked, too, until they leave; those of the address stay, because they may come back. */
  #meetNodes({ nodes }: SlotMap): void {
    const asked = new Set([...this.#named, ...nodes].map(showHostPort));
    const known = new Set(this.#informants.map(showHostPort));
    this.#informants = [
      ...this.#informants.filter((place) => asked.has(showHostPort(place))),
      ...nodes.filter((node) => !known.has(showHostPort(node))),
    ];
  }

  #dial(place: HostPort): Redis {
    const { isCluster } = this.#address;
    const options = isCluster ? this.#address.clientOptionsAt(place) : this.#address.sentinelOptionsAt(place);
    const lookingUp = this.#address.lookUp && { Connector: lookUpConnector(this.#address, place) };
    const client = newClient({ ...options, ...QUICK, ...lookingUp, connectionName: 'acktor-finder' });
    // The rejection of the command reports it.
    client.on('error', () => undefined);
    return client;
  }
}

interface TrackedStream {
  readonly stream: Socket;
  readonly key: string;
  readonly place: HostPort;
}

const finders = new WeakMap<RedisAddress, MasterFinder>();

/** A failover takes seconds to be agreed upon; this adds little to them. */
const CHECK_EVERY_MS = 1_000;

/** One that does not answer soon is skipped. */
const QUICK = {
  protocol: 2,
  connectTimeout: 1_000,
  commandTimeout: 1_500,
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  enableReadyCheck: false,
} as const;

export interface SlotMap {
  /** Every node in it, masters and replicas. */
  readonly nodes: readonly HostPort[];
  readonly masters: readonly HostPort[];
  /** Undefined while the key's slot has no primary. */
  masterOf(key: string): HostPort | undefined;
}

/** Reads the answer that `informant` gave; `reachedAt` says where a node is to be reached that announces itself elsewhere. */
export function readSlots(
  answer: unknown,
  informant: HostPort,
  reachedAt: (announced: HostPort) => HostPort = (announced) => announced,
): SlotMap {
  const ranges = (answer as readonly RawRange[]).map(([from, to, ...nodes]) => ({
    from,
    to,
    nodes: nodes.map(([named, port]) => {
      const host = knownHost(named);
      return host === undefined ? { host: informant.host, port } : reachedAt({ host, port });
    }),
  }));
  return {
    nodes: distinct(ranges.flatMap(({ nodes }) => nodes)),
    masters: distinct(ranges.flatMap(({ nodes }) => nodes.slice(0, 1))),
    masterOf: (key) => {
      const slot = slotOf(key);
      return ranges.find(({ from, to }) => from <= slot && slot <= to)?.nodes[0];
    },
  };
}

type RawRange = readonly [from: number, to: number, ...nodes: RawNode[]];
type RawNode = readonly [host: string | null, port: number, ...rest: unknown[]];

/** A node that does not know its own name returns nothing, or a question mark, for it: it is where it was asked. */
function knownHost(host: string | null): string | undefined {
  return host === null || host === '' || host === '?' ? undefined : host;
}

function distinct(places: readonly HostPort[]): readonly HostPort[] {
  return [...new Map(places.map((place) => [showHostPort(place), place])).values()];
}
