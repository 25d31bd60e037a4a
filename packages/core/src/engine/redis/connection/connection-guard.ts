// Connections on which every call ends: with its answer, or, when the connection breaks first, with an error.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type AbstractConnector } from 'ioredis';
import type { ClientOptions } from './address.js';
import { AcktorError } from '../../../errors.js';
import type { ScriptClient } from './redis-script.js';
import { onAbort } from '../../../guarded.js';
import { ConnectionLostError, ServerRefusalError, type RefusalCause } from '../../broker-errors.js';

/**
 * A connection on a client that neither queues nor resends commands. Its client is private: every command goes through {@link run}, so
 * that no call is left pending for ever.
 *
 * A call that is made while the connection is away, or was in flight when it broke, rejects with ConnectionLostError. The
 * server may have run the latter; it will not run it later. (An ioredis client that resends would run a fetch twice; one that
 * does not resend leaves the promise pending for ever, ioredis 6.0.0.)
 */
export class ConnectionGuard {
  readonly #client: ScriptClient;
  readonly #inFlight = new CallsInFlight();
  readonly #listeners = new Set<(state: 'away' | 'back') => void>();
  #isAway = false;
  /** Settles when a connection that is still being opened is up, or its time is over. */
  #opening: Promise<void> | undefined;

  /** @param openTimeoutMs how long calls wait for a client that is still connecting for the first time. Default 0. */
  constructor(client: ScriptClient, openTimeoutMs = 0) {
    this.#client = client;
    if (openTimeoutMs > 0 && !isOpen(client)) this.#opening = this.#open(openTimeoutMs);
    client.on('close', () => this.#broke());
    client.on('end', () => this.#broke());
    client.on('ready', () => this.#healed());
  }

  /** Calls back when the connection breaks and when it is up again. Returns an unsubscribe function. */
  onChange(listener: (state: 'away' | 'back') => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when the connection is up, in the next turn if it is. Rejects with the signal's reason. */
  whole(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      // In a later turn: a client may refuse calls before it has noticed the close, which it can only between turns. A caller that
      // tries again at once would keep it from ever noticing.
      if (isOpen(this.#client)) return void setImmediate(resolve);
      const stop = this.onChange((state) => {
        if (state === 'away') return;
        stop();
        stopListening();
        resolve();
      });
      const stopListening = onAbort(signal, () => {
        stop();
        reject(signal.reason as Error);
      });
    });
  }

  /** Removes all listeners: a break from now on is on purpose. */
  silence(): void {
    this.#listeners.clear();
  }

  /** Events of the client: messages of subscriptions, and changes of the connection. */
  on(event: ClientEvent, listener: (...args: never[]) => void): void {
    this.#client.on(event, listener as (...args: unknown[]) => void);
  }

  /** Breaks the connection: it comes back by itself, to the current primary. */
  reconnect(): void {
    this.#client.stream.destroy();
  }

  /** Ends the connection, whatever is in flight. May be called twice. */
  hangUp(): void {
    hangUp(this.#client);
  }

  /**
   * Sends QUIT when the connection is up, and hangs up at once when it is not: QUIT would wait for it. QUIT has a short time limit, because
   * a connection whose other end vanished silently looks as if it were up.
   */
  async quit(): Promise<void> {
    if (isOpen(this.#client)) {
      const quit = this.run((client) => client.quit()).catch(() => undefined);
      await Promise.race([quit, sleep(QUIT_WITHIN_MS, undefined, { ref: false })]);
    }
    this.hangUp();
  }

  /** @throws ConnectionLostError when no answer came; ServerRefusalError when the server refuses. */
  async run<Answer>(call: (client: ScriptClient) => Promise<Answer>): Promise<Answer> {
    if (this.#opening) await this.#opening;
    if (!isOpen(this.#client)) throw new ConnectionLostError();
    let fail: (error: ConnectionLostError) => void = () => undefined;
    const broken = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    const slot = this.#inFlight.add(fail);
    try {
      return await Promise.race([call(this.#client), broken]);
    } catch (error) {
      throw asTypedError(error);
    } finally {
      this.#inFlight.remove(slot);
    }
  }

  /** As `run`, for a call that changes nothing, as its ConnectionLostError says. @throws ConnectionLostError, ServerRefusalError. */
  async read<Answer>(call: (client: ScriptClient) => Promise<Answer>): Promise<Answer> {
    try {
      return await this.run(call);
    } catch (error) {
      throw error instanceof ConnectionLostError ? new ConnectionLostError({ cause: error }, 'reading') : error;
    }
  }

  async #open(timeoutMs: number): Promise<void> {
    const isWhole = await isReadyWithin(this.#client, timeoutMs);
    this.#opening = undefined;
    // A caller that was refused is notified when the connection is up after all.
    if (!isWhole) this.#broke();
  }

  #broke(): void {
    this.#inFlight.failAll();
    // Every attempt to connect that fails reports another close.
    if (this.#isAway || this.#opening) return;
    this.#isAway = true;
    for (const notify of this.#listeners) notify('away');
  }

  #healed(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    for (const notify of this.#listeners) notify('back');
  }
}

type Fail = (error: ConnectionLostError) => void;

/**
 * The reject function of each call, in slots that are reused: of a `Set` that entries are added to and deleted from, V8 (Node 20) keeps the
 * former tables, and the calls in them, until the next full collection.
 */
class CallsInFlight {
  readonly #calls: (Fail | undefined)[] = [];
  readonly #free: number[] = [];

  /** Returns its slot. */
  add(fail: Fail): number {
    const slot = this.#free.pop() ?? this.#calls.length;
    this.#calls[slot] = fail;
    return slot;
  }

  remove(slot: number): void {
    this.#calls[slot] = undefined;
    this.#free.push(slot);
  }

  failAll(): void {
    for (const fail of this.#calls) fail?.(new ConnectionLostError());
  }
}

/** Drops a connection, whatever is in flight. Never twice: on an ended one ioredis 6 starts a timer that keeps the process alive. */
export function hangUp(client: ScriptClient): void {
  if (client.status !== 'end') client.disconnect();
}

type ClientEvent = 'close' | 'message' | 'messageBuffer' | 'moved' | 'ready';

const QUIT_WITHIN_MS = 1_000;

function isReadyWithin(client: ScriptClient, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isReady: boolean) => {
      clearTimeout(timer);
      resolve(isReady);
    };
    const timer = setTimeout(settle, timeoutMs, false);
    client.once('ready', () => settle(true));
    client.once('end', () => settle(false));
  });
}

function isOpen({ status }: ScriptClient): boolean {
  return status === 'ready';
}

/** Any error but a reply of the server is a fault of the connection, which the client may notice before it closes. */
export function asTypedError(error: unknown): unknown {
  if (isServerReply(error)) forgetArguments(error);
  if (isServerReply(error) && !isNotHereNow(error.message)) {
    return new ServerRefusalError(error.message, { about: aboutOf(error.message), cause: error });
  }
  const isTyped = error instanceof AcktorError || error instanceof TypeError;
  return isTyped ? error : new ConnectionLostError({ cause: error });
}

/** The cause of a refusal. `ERR` is a fault of the call, unless a script met another error: Redis 6.2 puts that one inside. */
function aboutOf(reply: string): RefusalCause {
  if (/\bNOPERM\b/.test(reply)) return 'permission';
  return reply.startsWith('ERR') && !OF_THE_SERVER.test(reply) ? 'call' : 'server';
}

const OF_THE_SERVER =
  /\b(OOM|READONLY|LOADING|MISCONF|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|NOAUTH|MOVED|ASK)\b/;

/**
 * ioredis attaches the command to the server's error, with its arguments: the password of a failed AUTH, the payload of a send. Printed
 * as a cause they would be in a log.
 */
export function forgetArguments(error: object): void {
  Reflect.deleteProperty(error, 'command');
}

/** ioredis names the server's own errors so. */
function isServerReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

export interface ConnectionsDeps {
  /** Begins the connection to the server that has the key. A call waits for one that was just begun. */
  readonly open: (key: string) => ConnectionGuard;
  /** Whether each queue has a connection of its own, because its server may be another one than its neighbour's. */
  readonly areSpread: boolean;
}

/** Called when a connection breaks, and when it is up again; with the queue, if it carries that queue's calls alone. */
export type ConnectionListener = (state: 'away' | 'back', queue: string | undefined) => void;

/**
 * The connections that carry calls: one where all keys lie on one server, in a cluster one for each queue. Each is begun when it is first
 * needed; all are closed together.
 */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #guards = new Map<string, ConnectionGuard>();
  readonly #listeners = new Set<ConnectionListener>();

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
  }

  /** The connection for the calls of a queue, or of another name with a key of its own. */
  to(name: string, key: string): ConnectionGuard {
    const { areSpread } = this.#deps;
    const guard = this.#guards.get(areSpread ? name : ALL) ?? this.#begin(name, key);
    this.#guards.set(areSpread ? name : ALL, guard);
    return guard;
  }

  /** Returns an unsubscribe function. */
  onChange(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Removes all listeners: a break from now on is on purpose. */
  silence(): void {
    this.#listeners.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#guards.values()].map((guard) => guard.quit()));
  }

  #begin(name: string, key: string): ConnectionGuard {
    const { open, areSpread } = this.#deps;
    const guard = open(key);
    guard.onChange((state) => {
      for (const notify of this.#listeners) notify(state, areSpread ? name : undefined);
    });
    return guard;
  }
}

const ALL = '';

/**
 * Whether a server's reply sends its client to another server, or has it wait for the end of a failover or of a slot's move. The server did
 * nothing; the client looks for the current primary again.
 *
 * `MOVED`, `ASK`, `TRYAGAIN` (part of the keys has moved already), `CLUSTERDOWN` (a slot has no primary), `READONLY` and `MASTERDOWN`
 * (it is a replica now), `UNBLOCKED` (it became one during a wait), `LOADING` (it reads its data).
 */
export function isNotHereNow(reply: string): boolean {
  return /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|READONLY|MASTERDOWN|UNBLOCKED|LOADING)\b/.test(reply);
}

/**
 * Makes a client, and has it connect. All clients are made here: ioredis listens to the first error of a socket alone, and a second one, as
 * of a TLS handshake that both ends refuse, or of a socket that it has given up, would end the process.
 */
export function newClient(options: ClientOptions): Redis {
  const client = new Redis({ ...options, lazyConnect: true });
  const connector = Reflect.get(client, 'connector') as AbstractConnector;
  const connect = connector.connect.bind(connector);
  connector.connect = async (emit) => {
    const stream = await connect(emit);
    stream.on('error', () => undefined);
    return stream;
  };
  client.connect().catch(() => undefined);
  return client;
}
