// A dashboard with a server of its own.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopbackName } from './access/provenance.js';
import type { Trust } from './access/gate.js';
import { createHandler, trustOf, type DashboardHandler } from './dashboard-handler.js';
import { dashboardOptions, type DashboardOptions } from './dashboard-options.js';
import { ListenError, OpenDashboardError, TrustMachineError } from './errors.js';
import { ConnectionBounds, type StrangerBounds } from './http/connection-bounds.js';
import { connectSources } from './sources/connect-sources.js';

/**
 * Serves the live view of a fleet until it is closed.
 *
 * On a loopback address, without `tokens` and `authorize`, it makes a token of its own: whoever has `signInUrl` is an operator,
 * and nobody else comes in, for other users of this machine reach its loopback address, too. `trustMachine` lets them all in.
 *
 * @example
 * await using dashboard = await Dashboard.start();
 * console.log(dashboard.signInUrl);
 */
export class Dashboard implements AsyncDisposable {
  readonly #server: Server;
  readonly #handler: DashboardHandler;
  /** Where it is, such as `http://127.0.0.1:3900/`. */
  readonly url: string;
  /**
   * What to open: `url`, with the token that was made for this dashboard where one was. Whoever sees it is an operator until
   * the dashboard ends, so it belongs on the terminal of who has started it, and not into a log. Tokens that were given are
   * never in it.
   */
  readonly signInUrl: string;
  #closing: Promise<void> | undefined;

  private constructor(server: Server, handler: DashboardHandler, madeToken: string | undefined) {
    const { address, port, family } = server.address() as AddressInfo;
    this.#server = server;
    this.#handler = handler;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
    this.signInUrl = madeToken === undefined ? this.url : `${this.url}?token=${madeToken}`;
  }

  /**
   * Connects, and listens.
   *
   * @throws OptionsError, OpenDashboardError, TrustMachineError: before anything is opened.
   * @throws AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ListenError: nothing is left open.
   */
  static async start(options: DashboardOptions = {}): Promise<Dashboard> {
    const { host, port, trustMachine, ...rest } = dashboardOptions.check(options);
    const { trust, madeToken, secret } = findTrust({ host, trustMachine, given: trustOf(rest) });
    const checked = { ...rest, secret: rest.secret ?? secret };
    const bounds = new ConnectionBounds(rest.trustProxy > 0 ? BEHIND_PROXIES : STRANGERS);
    const onSession = ({ socket }: IncomingMessage) => bounds.know(socket);
    const { handler, context, seal } = createHandler({
      options: checked,
      trust,
      connect: () => connectSources(rest),
      onSession,
    });
    try {
      await Promise.all([context.open(), seal]);
      return new Dashboard(await listen(handler, { host, port, bounds }), handler, madeToken);
    } catch (error) {
      await handler.close();
      throw error;
    }
  }

  /** Ends all live streams, stops listening and hangs up. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await this.#handler.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

interface FoundTrust {
  readonly trust: Trust;
  readonly madeToken?: string;
  /** Of this process alone, as the token is. */
  readonly secret?: Uint8Array;
}

interface SaidOfTrust {
  readonly host: string;
  readonly trustMachine: boolean;
  readonly given: Trust | undefined;
}

/** @throws OpenDashboardError, TrustMachineError. */
function findTrust({ host, trustMachine, given }: SaidOfTrust): FoundTrust {
  if (!trustMachine) return given === undefined ? ownToken(host) : { trust: given };
  if (given !== undefined) throw new TrustMachineError(given.kind === 'tokens' ? 'tokens' : 'authorize');
  if (!isLoopbackName(host)) throw new TrustMachineError(`host ${host}`);
  return { trust: { kind: 'machine' } };
}

/** Being on this machine says nothing: its other users are, too, and must not get what belongs to who has started this. */
function ownToken(host: string): FoundTrust {
  if (!isLoopbackName(host)) throw new OpenDashboardError(`host ${host}`);
  const madeToken = randomBytes(24).toString('hex');
  return { trust: { kind: 'tokens', tokens: { operator: madeToken } }, madeToken, secret: randomBytes(32) };
}

/** Nobody may keep a connection busy with nothing, or open more of them than browsers would. */
const LIMITS = {
  // How often the two times below are looked after: by default every 30 s, which is as long as a slow request lasted.
  connectionsCheckingInterval: 1_000,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
} as const;
const MOST_CONNECTIONS = 1_000;
const STRANGERS: StrangerBounds = { mostOfOne: 64, mostOfAll: 500 };
/** All have the proxy's address. */
const BEHIND_PROXIES: StrangerBounds = { mostOfOne: 500, mostOfAll: 500 };
const IDLE_MS = 60_000;

interface Listening {
  readonly host: string;
  readonly port: number;
  readonly bounds: ConnectionBounds;
}

async function listen(handler: DashboardHandler, { host, port, bounds }: Listening): Promise<Server> {
  const server = createServer(LIMITS, handler);
  server.on('connection', (socket) => bounds.take(socket));
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
