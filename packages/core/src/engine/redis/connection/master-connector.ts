// Lets an ioredis client connect to whichever server is in charge, each time that it connects.
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.js';
import type { Place } from './endpoint.js';
import type { MasterFinder } from './master-finder.js';

/** The option `Connector` of a client that follows the server in charge of `key`. */
export function masterConnector(
  address: RedisAddress,
  finder: MasterFinder,
  key: string,
): NonNullable<RedisOptions['Connector']> {
  return class extends MasterConnector {
    constructor(options: unknown) {
      super({ address, finder, key, options: options as RedisOptions });
    }
  };
}

interface MasterConnectorDeps {
  readonly address: RedisAddress;
  readonly finder: MasterFinder;
  readonly key: string;
  readonly options: RedisOptions;
}

/**
 * ioredis has a connector for sentinels and a client for clusters. Neither fits: the one holds several connections to sentinels
 * for every client, the other resends what may have been done and does not tell when one of its connections breaks.
 */
class MasterConnector extends AbstractConnector {
  readonly #deps: MasterConnectorDeps;

  constructor(deps: MasterConnectorDeps) {
    super(deps.options.disconnectTimeout ?? DISCONNECT_TIMEOUT_MS);
    this.#deps = deps;
  }

  /** Called by the client with what INFO answers: one that has become a replica is not the server in charge. */
  override check({ role }: { readonly role?: string }): boolean {
    return role === undefined || role === 'master';
  }

  /** Looks until there is somebody in charge: a client whose connector rejects is at its end (ioredis 6). */
  override async connect(tell: (event: string, fault: Error) => void): Promise<Socket> {
    this.connecting = true;
    for (;;) {
      const place = await this.#find(tell);
      if (this.#isGivenUp()) throw new Error('the client was closed while it looked for its server');
      if (place) return this.#dial(place);
      await pause(LOOK_AGAIN_MS);
    }
  }

  async #find(tell: (event: string, fault: Error) => void): Promise<Place | undefined> {
    const { finder, key } = this.#deps;
    try {
      const place = (await finder.chart())(key);
      if (place === undefined) throw new Error('no node of the cluster is in charge of the queue now');
      return place;
    } catch (fault) {
      tell('error', fault as Error);
      return undefined;
    }
  }

  /** Whether the client was closed meanwhile. */
  #isGivenUp(): boolean {
    return !this.connecting;
  }

  #dial(place: Place): Socket {
    const { address, finder, key } = this.#deps;
    const { tls } = address.clientOptionsAt(place);
    const stream = tls ? connectTls({ ...place, ...tls }) : connectTcp(place);
    stream.once('error', (fault: Error) => {
      this.firstError = fault;
    });
    finder.watch(stream, key, place);
    this.stream = stream;
    return stream;
  }
}

const LOOK_AGAIN_MS = 100;

/** ioredis's own default. */
const DISCONNECT_TIMEOUT_MS = 2_000;
