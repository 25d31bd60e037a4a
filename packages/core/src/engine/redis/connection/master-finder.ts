// Finds the server that is in charge, of a cluster or behind sentinels, and notices when it is another one.
import type { Socket } from 'node:net';
import { Redis } from 'ioredis';
import type { RedisAddress } from './address.js';
import { readSlots, type SlotMap } from './cluster-slots.js';
import { forgetArguments } from './connection-guard.js';
import { showPlace, type Place } from './endpoint.js';

/** Where the server in charge of a key is; undefined when there is none now. Behind sentinels it is the same for all keys. */
export type Chart = (key: string) => Place | undefined;

/**
 * Asks those who know: any node of a cluster, any sentinel. Each time another one first, for one that is cut off from the rest
 * goes on telling what it knew.
 */
export class MasterFinder {
  readonly #address: RedisAddress;
  /** Whom the address names. */
  readonly #named: readonly Place[];
  #informants: readonly Place[];
  #asking: Promise<Chart> | undefined;
  readonly #watched = new Set<WatchedStream>();
  #watch: NodeJS.Timeout | undefined;

  private constructor(address: RedisAddress, informants: readonly Place[]) {
    this.#address = address;
    this.#named = informants;
    this.#informants = informants;
  }

  /** The one finder of an address; undefined where there is nothing to be found. */
  static of(address: RedisAddress): MasterFinder | undefined {
    const { endpoint } = address;
    if (endpoint.kind === 'tcp' || endpoint.kind === 'unix') return undefined;
    const informants = endpoint.kind === 'cluster' ? endpoint.nodes : endpoint.sentinels;
    const finder = finders.get(address) ?? new MasterFinder(address, informants);
    finders.set(address, finder);
    return finder;
  }

  /** Rejects with the last one's error when nobody answers. */
  chart(): Promise<Chart> {
    this.#asking ??= this.#askAround().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** The servers that are in charge of anything. */
  async masters(): Promise<readonly Place[]> {
    return this.#firstAnswer(async (client, place) =>
      this.#address.isCluster ? (await slotsAt(client, place)).masters : [await this.#primaryAt(client)],
    );
  }

  /**
   * Breaks the connection to a server that is in charge of the key no longer. The server itself says so only when it is asked
   * for something, and one that hangs says nothing at all.
   */
  watch(stream: Socket, key: string, place: Place): void {
    const watched = { stream, key, place };
    this.#watched.add(watched);
    this.#watch ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    stream.once('close', () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#watch);
      this.#watch = undefined;
    });
  }

  async #look(): Promise<void> {
    if ((await this.#misled()).length === 0) return;
    // One that is cut off may have said so: another one must agree.
    for (const { stream } of await this.#misled()) stream.destroy();
  }

  async #misled(): Promise<readonly WatchedStream[]> {
    const chart = await this.chart().catch(() => undefined);
    return [...this.#watched].filter(({ key, place }) => {
      const now = chart?.(key);
      return now !== undefined && showPlace(now) !== showPlace(place);
    });
  }

  #askAround(): Promise<Chart> {
    return this.#firstAnswer(async (client, place) => {
      if (!this.#address.isCluster) {
        const primary = await this.#primaryAt(client);
        return () => primary;
      }
      const slots = await slotsAt(client, place);
      this.#meetNodes(slots);
      return (key) => slots.masterOf(key);
    });
  }

  async #firstAnswer<Answer>(ask: (client: Redis, place: Place) => Promise<Answer>): Promise<Answer> {
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

  #turn(): readonly Place[] {
    this.#informants = [...this.#informants.slice(1), ...this.#informants.slice(0, 1)];
    return this.#informants;
  }

  async #primaryAt(client: Redis): Promise<Place> {
    const { endpoint } = this.#address;
    const name = endpoint.kind === 'sentinel' ? endpoint.master : '';
    const answer = (await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as readonly string[] | null;
    const [host, port] = answer ?? [];
    if (host === undefined || port === undefined) throw new Error(`a sentinel knows no primary named "${name}"`);
    return { host, port: Number(port) };
  }

  /** Nodes that came later are asked, too, until they leave; those of the address stay, for they may come back. */
  #meetNodes({ nodes }: SlotMap): void {
    const asked = new Set([...this.#named, ...nodes].map(showPlace));
    const known = new Set(this.#informants.map(showPlace));
    this.#informants = [
      ...this.#informants.filter((place) => asked.has(showPlace(place))),
      ...nodes.filter((node) => !known.has(showPlace(node))),
    ];
  }

  #dial(place: Place): Redis {
    const { isCluster } = this.#address;
    const options = isCluster ? this.#address.clientOptionsAt(place) : this.#address.sentinelOptionsAt(place);
    const client = new Redis({ ...options, ...QUICK, connectionName: 'acktor-finder' });
    // Told by the rejection of what is asked.
    client.on('error', () => undefined);
    return client;
  }
}

interface WatchedStream {
  readonly stream: Socket;
  readonly key: string;
  readonly place: Place;
}

const finders = new WeakMap<RedisAddress, MasterFinder>();

/** A failover takes seconds to be agreed upon; this adds little to them. */
const LOOK_EVERY_MS = 1_000;

/** Whoever does not answer soon is passed over. */
const QUICK = {
  protocol: 2,
  connectTimeout: 1_000,
  commandTimeout: 1_500,
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  enableReadyCheck: false,
} as const;

async function slotsAt(client: Redis, place: Place): Promise<SlotMap> {
  return readSlots(await client.cluster('SLOTS'), place);
}
