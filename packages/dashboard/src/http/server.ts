// The dashboard's own HTTP server, and how many connections strangers may hold: those on which no session has come yet.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey } from '../access/provenance.js';
import { ListenError } from '../errors.js';

export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly bounds: ConnectionBounds;
}

/** Resolves once the server listens. @throws ListenError. */
export async function listen(handler: RequestListener, { host, port, bounds }: Listening): Promise<Server> {
  const server = createServer(LIMITS, handler);
  server.on('connection', (socket) => bounds.add(socket));
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(IDLE_MS);
  server.listen(port, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (cause) {
    throw new ListenError(host, port, { cause });
  }
}

/** No client may hold a connection without using it, or open more of them than browsers would. */
const LIMITS = {
  // How often the two timeouts below are checked: by default every 30 s, so that a slow request could last that long.
  connectionsCheckingInterval: 1_000,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
} as const;
const MOST_CONNECTIONS = 1_000;
const DIRECT: StrangerBounds = { mostOfOne: 64, mostOfAll: 500 };
/** All people have the proxy's address. */
const BEHIND_PROXY: StrangerBounds = { mostOfOne: 500, mostOfAll: 500 };
const IDLE_MS = 60_000;

interface StrangerBounds {
  /** From one address. */
  readonly mostOfOne: number;
  readonly mostOfAll: number;
}

/**
 * Accepts every connection, and ends the strangers' oldest when there are too many. A client that opens a thousand idle connections
 * ends only its own: other clients are served, and those that have signed in are not affected.
 */
export class ConnectionBounds {
  readonly #bounds: StrangerBounds;
  // Both in the order in which they were opened.
  readonly #strangers = new Set<Socket>();
  readonly #byAddress = new Map<string, Set<Socket>>();

  constructor({ isBehindProxy }: { readonly isBehindProxy: boolean }) {
    this.#bounds = isBehindProxy ? BEHIND_PROXY : DIRECT;
  }

  /** Called for each connection that is opened. */
  add(socket: Socket): void {
    const address = addressKey(socket.remoteAddress ?? '');
    const ofOne = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, ofOne);
    for (const all of [ofOne, this.#strangers]) all.add(socket);
    socket.once('close', () => this.#forget(socket, address));
    if (ofOne.size > this.#bounds.mostOfOne) this.#end(ofOne, address);
    if (this.#strangers.size > this.#bounds.mostOfAll) this.#end(this.#strangers, address);
  }

  /** Called when a request with a session has come on the connection: it is no stranger's any more. */
  signedIn(socket: Socket): void {
    this.#forget(socket, addressKey(socket.remoteAddress ?? ''));
  }

  #end([oldest]: Iterable<Socket>, address: string): void {
    if (oldest === undefined) return;
    this.#forget(oldest, oldest.remoteAddress === undefined ? address : addressKey(oldest.remoteAddress));
    oldest.destroy();
  }

  #forget(socket: Socket, address: string): void {
    this.#strangers.delete(socket);
    const ofOne = this.#byAddress.get(address);
    ofOne?.delete(socket);
    if (ofOne?.size === 0) this.#byAddress.delete(address);
  }
}
