// Connects an ioredis client to the current primary, or by a look-up of the program's own, each time that it connects.
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.js';
import type { HostPort } from './endpoint.js';

type ConnectorOption = NonNullable<RedisOptions['Connector']>;

/** What finds the primary of a key, and breaks the connection when that changes. */
interface Finder {
  locate(): Promise<(key: string) => HostPort | undefined>;
  track(stream: Socket, key: string, place: HostPort): void;
}

/** The option `Connector` of a client that follows the primary of `key`. */
export function masterConnector(address: RedisAddress, finder: Finder, key: string): ConnectorOption {
  const find = async () => {
    const place = (await finder.locate())(key);
    if (place === undefined) throw new Error('no node of the cluster is in charge of the queue now');
    return place;
  };
  const onDialled = (stream: Socket, place: HostPort) => finder.track(stream, key, place);
  return connectorOf({ address, find, onDialled, isPrimary: true });
}

/** The option `Connector` of a client of the server at this place, whose IP address the program itself finds. */
export function lookUpConnector(address: RedisAddress, place: HostPort): ConnectorOption {
  return connectorOf({ address, find: () => Promise.resolve(place), onDialled: () => undefined, isPrimary: false });
}

function connectorOf(deps: Omit<FindingConnectorDeps, 'options'>): ConnectorOption {
  return class extends FindingConnector {
    constructor(options: unknown) {
      super({ ...deps, options: options as RedisOptions });
    }
  };
}

interface FindingConnectorDeps {
  readonly address: RedisAddress;
  /** Where to connect to now. Rejects when that is not known. */
  readonly find: () => Promise<HostPort>;
  readonly onDialled: (stream: Socket, place: HostPort) => void;
  /** Whether a server that has become a replica is refused. */
  readonly isPrimary: boolean;
  readonly options: RedisOptions;
}

/**
 * ioredis has a connector for sentinels and a client for clusters. Neither fits: the first holds several connections to sentinels
 * for every client, the second resends what may have been done and does not report when one of its connections breaks.
 */
class FindingConnector extends AbstractConnector {
  readonly #deps: FindingConnectorDeps;

  constructor(deps: FindingConnectorDeps) {
    super(deps.options.disconnectTimeout ?? DISCONNECT_TIMEOUT_MS);
    this.#deps = deps;
  }

  /** Called by the client with INFO's answer. */
  override check({ role }: { readonly role?: string }): boolean {
    return !this.#deps.isPrimary || role === undefined || role === 'master';
  }

  /** Tries until there is a place to connect to: a client whose connector rejects is at its end (ioredis 6). */
  override async connect(emit: (event: string, fault: Error) => void): Promise<Socket> {
    this.connecting = true;
    for (;;) {
      const found = await this.#find(emit);
      if (this.#isGivenUp()) throw new Error('the client was closed while it looked for its server');
      if (found) return this.#dial(found);
      await pause(FIND_AGAIN_MS);
    }
  }

  async #find(emit: (event: string, fault: Error) => void): Promise<FoundPlace | undefined> {
    const { find, address } = this.#deps;
    try {
      const place = await find();
      return { place, host: address.lookUp ? await address.lookUp(place.host) : place.host };
    } catch (fault) {
      emit('error', fault as Error);
      return undefined;
    }
  }

  /** Whether the client was closed meanwhile. */
  #isGivenUp(): boolean {
    return !this.connecting;
  }

  #dial({ place, host }: FoundPlace): Socket {
    const { tls, family } = this.#deps.options;
    const to = { host, port: place.port, ...(family !== undefined && { family }) };
    const stream = tls ? connectTls({ ...to, ...this.#tlsFor(place) }) : connectTcp(to);
    stream.once('error', (fault: Error) => {
      this.firstError = fault;
    });
    this.#deps.onDialled(stream, place);
    this.stream = stream;
    return stream;
  }

  /** For the name of the host: it may be connected to by its IP address. */
  #tlsFor(place: HostPort): ConnectionOptions {
    return this.#deps.address.clientOptionsAt(place).tls ?? {};
  }
}

interface FoundPlace {
  /** As it was named. */
  readonly place: HostPort;
  /** What is connected to: its IP address, where the program looks it up. */
  readonly host: string;
}

const FIND_AGAIN_MS = 100;

/** ioredis's own default. */
const DISCONNECT_TIMEOUT_MS = 2_000;
