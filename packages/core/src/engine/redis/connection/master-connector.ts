// Connects an ioredis client to the current primary, each time that it connects.
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.js';
import type { HostPort } from './endpoint.js';
import type { MasterFinder } from './master-finder.js';

/** The option `Connector` of a client that follows the primary of `key`. */
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
 * ioredis has a connector for sentinels and a client for clusters. Neither fits: the first holds several connections to sentinels
 * for every client, the second resends what may have been done and does not report when one of its connections breaks.
 */
class MasterConnector extends AbstractConnector {
  readonly #deps: MasterConnectorDeps;

  constructor(deps: MasterConnectorDeps) {
    super(deps.options.disconnectTimeout ?? DISCONNECT_TIMEOUT_MS);
    this.#deps = deps;
  }

  /** Called by the client with INFO's answer: a server that has become a replica is refused. */
  override check({ role }: { readonly role?: string }): boolean {
    return role === undefined || role === 'master';
  }

  /** Tries until there is a primary: a client whose connector rejects is at its end (ioredis 6). */
  override async connect(emit: (event: string, fault: Error) => void): Promise<Socket> {
    this.connecting = true;
    for (;;) {
      const place = await this.#find(emit);
      if (this.#isGivenUp()) throw new Error('the client was closed while it looked for its server');
      if (place) return this.#dial(place);
      await pause(FIND_AGAIN_MS);
    }
  }

  async #find(emit: (event: string, fault: Error) => void): Promise<HostPort | undefined> {
    const { finder, key } = this.#deps;
    try {
      const place = (await finder.locate())(key);
      if (place === undefined) throw new Error('no node of the cluster is in charge of the queue now');
      return place;
    } catch (fault) {
      emit('error', fault as Error);
      return undefined;
    }
  }

  /** Whether the client was closed meanwhile. */
  #isGivenUp(): boolean {
    return !this.connecting;
  }

  #dial(place: HostPort): Socket {
    const { address, finder, key } = this.#deps;
    const { tls } = address.clientOptionsAt(place);
    const stream = tls ? connectTls({ ...place, ...tls }) : connectTcp(place);
    stream.once('error', (fault: Error) => {
      this.firstError = fault;
    });
    finder.track(stream, key, place);
    this.stream = stream;
    return stream;
  }
}

const FIND_AGAIN_MS = 100;

/** ioredis's own default. */
const DISCONNECT_TIMEOUT_MS = 2_000;
