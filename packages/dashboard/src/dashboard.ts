// A dashboard with a server of its own.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trust } from './access/gate.js';
import { isLoopbackName } from './access/provenance.js';
import { createHandler, trustOf, type DashboardHandler } from './dashboard-handler.js';
import { dashboardOptions, type DashboardOptions } from './dashboard-options.js';
import { OpenDashboardError, TrustMachineError } from './errors.js';
import { ConnectionBounds, listen } from './http/server.js';
import { connectSources } from './sources.js';

/**
 * Serves the live view of a fleet until it is closed.
 *
 * On a loopback address, without `tokens` and `authorize`, it makes a token of its own: people who have `signInUrl` are operators,
 * and no one else is let in, for other users of this machine can reach its loopback address, too. `trustMachine` lets them all in.
 *
 * @example
 * await using dashboard = await Dashboard.start();
 * console.log(dashboard.signInUrl);
 */
export class Dashboard implements AsyncDisposable {
  readonly #server: Server;
  readonly #handler: DashboardHandler;
  /** Its URL, such as `http://127.0.0.1:3900/`. */
  readonly url: string;
  /**
   * The URL to open: `url`, with the token that was made for this dashboard, if any. A person who sees that token is an operator
   * until the dashboard ends: print it on the terminal of the person who has started it, never into a log. Tokens from the options
   * are never in it.
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
   * Connects to the server, and listens.
   *
   * @throws OptionsError, OpenDashboardError, TrustMachineError before anything is opened.
   * @throws AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ListenError; nothing is left open.
   */
  static async start(options: DashboardOptions = {}): Promise<Dashboard> {
    const { host, port, trustMachine, ...rest } = dashboardOptions.check(options);
    const { trust, madeToken, secret } = findTrust({ host, trustMachine, given: trustOf(rest) });
    const checked = { ...rest, secret: rest.secret ?? secret };
    const bounds = new ConnectionBounds({ isBehindProxy: rest.trustProxy > 0 });
    const onSession = ({ socket }: IncomingMessage) => bounds.signedIn(socket);
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

  /** Ends all live streams, stops listening and disconnects. May be called twice. */
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
  /** For this process alone, as the token is. */
  readonly secret?: Uint8Array;
}

interface TrustOptions {
  readonly host: string;
  readonly trustMachine: boolean;
  readonly given: Trust | undefined;
}

/** @throws OpenDashboardError, TrustMachineError. */
function findTrust({ host, trustMachine, given }: TrustOptions): FoundTrust {
  if (!trustMachine) return given === undefined ? ownToken(host) : { trust: given };
  if (given !== undefined) throw new TrustMachineError(given.kind === 'tokens' ? 'tokens' : 'authorize');
  if (!isLoopbackName(host)) throw new TrustMachineError(`host ${host}`);
  return { trust: { kind: 'machine' } };
}

/** Being on this machine is not enough: its other users are, too, and must not get the rights of the one who has started this. */
function ownToken(host: string): FoundTrust {
  if (!isLoopbackName(host)) throw new OpenDashboardError(`host ${host}`);
  const madeToken = randomBytes(24).toString('hex');
  return { trust: { kind: 'tokens', tokens: { operator: madeToken } }, madeToken, secret: randomBytes(32) };
}
