// A dashboard with a server of its own.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopbackName } from './access/provenance.js';
import type { Trust } from './access/gate.js';
import { createHandler, trustOf, type DashboardHandler } from './dashboard-handler.js';
import { dashboardOptions, type DashboardOptions } from './dashboard-options.js';
import { ListenError, OpenDashboardError } from './errors.js';
import { connectSources } from './sources/connect-sources.js';

/**
 * Serves the live view of a fleet until it is closed.
 *
 * On a loopback address, without tokens, whoever is on this machine is an operator: has the Redis, too.
 *
 * @example
 * await using dashboard = await Dashboard.start();
 * console.log(dashboard.url);
 */
export class Dashboard implements AsyncDisposable {
  readonly #server: Server;
  readonly #handler: DashboardHandler;
  /** Where it is, such as `http://127.0.0.1:3900/`. */
  readonly url: string;
  #closing: Promise<void> | undefined;

  private constructor(server: Server, handler: DashboardHandler) {
    const { address, port, family } = server.address() as AddressInfo;
    this.#server = server;
    this.#handler = handler;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
  }

  /**
   * Connects, and listens.
   *
   * @throws OptionsError, OpenDashboardError: before anything is opened.
   * @throws AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ListenError: nothing is left open.
   */
  static async start(options: DashboardOptions = {}): Promise<Dashboard> {
    const { host, port, ...rest } = dashboardOptions.check(options);
    const trust = trustOf(rest) ?? trustInMachine(host);
    const { handler, house } = createHandler({ options: rest, trust, connect: () => connectSources(rest) });
    try {
      await house.open();
      return new Dashboard(await listen(handler, host, port), handler);
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

function trustInMachine(host: string): Trust {
  if (!isLoopbackName(host)) throw new OpenDashboardError(`host ${host}`);
  return { kind: 'machine' };
}

/** Nobody may keep a connection busy with nothing, or open more of them than browsers would. */
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
} as const;
const MOST_CONNECTIONS = 1_000;
const IDLE_MS = 60_000;

async function listen(handler: DashboardHandler, host: string, port: number): Promise<Server> {
  const server = createServer(LIMITS, handler);
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
