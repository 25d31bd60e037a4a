// Ends every call on a connection: with its answer, or, when the connection breaks first, with an error.
import { setTimeout as sleep } from 'node:timers/promises';
import { AcktorError } from '../../../errors.js';
import type { ScriptClient } from './redis-script.js';
import { onAbort } from '../../../on-abort.js';
import { isNotHereNow } from './redirections.js';
import { ConnectionLostError, ServerRefusalError, type RefusalCause } from '../../broker-errors.js';

/**
 * A connection on a client that neither keeps nor resends commands. It keeps the client to itself: {@link run} is the one way to a
 * command, so that no call is left without an end.
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
  /** Settles when a connection that was begun and never whole is, or has had its time. */
  #opening: Promise<void> | undefined;

  /** @param openTimeoutMs how long calls wait for a client that is still connecting for the first time. Default 0. */
  constructor(client: ScriptClient, openTimeoutMs = 0) {
    this.#client = client;
    if (openTimeoutMs > 0 && !isOpen(client)) this.#opening = this.#open(openTimeoutMs);
    client.on('close', () => this.#broke());
    client.on('end', () => this.#broke());
    client.on('ready', () => this.#healed());
  }

  /** Calls back when the connection breaks and when it is whole again. Returns an unsubscribe function. */
  onChange(listener: (state: 'away' | 'back') => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when the connection is whole, in the next turn if it is. Rejects with the signal's reason. */
  whole(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      // In a later turn: a client may refuse calls before it has noticed the close, which it can only between turns. Whoever
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

  /** Tells nobody any more: what breaks from now on is broken on purpose. */
  silence(): void {
    this.#listeners.clear();
  }

  /** What the client emits: messages of subscriptions, and what becomes of the connection. */
  on(event: ClientEvent, listener: (...args: never[]) => void): void {
    this.#client.on(event, listener as (...args: unknown[]) => void);
  }

  /** Breaks the connection: it comes back by itself, to the server that is in charge then. */
  reconnect(): void {
    this.#client.stream.destroy();
  }

  /** Ends the connection, whatever is in flight. May be called twice. */
  hangUp(): void {
    hangUp(this.#client);
  }

  /**
   * Says goodbye when the server listens, and hangs up at once when it does not, or has never been reached: QUIT would wait for it. A
   * connection whose other end is gone without a word looks as if it listened.
   */
  async farewell(): Promise<void> {
    if (isOpen(this.#client)) {
      const quit = this.run((client) => client.quit()).catch(() => undefined);
      await Promise.race([quit, sleep(GOODBYE_WITHIN_MS, undefined, { ref: false })]);
    }
    this.hangUp();
  }

  /** @throws ConnectionLostError when no answer came; ServerRefusalError when the answer is no. */
  async run<Answer>(call: (client: ScriptClient) => Promise<Answer>): Promise<Answer> {
    if (this.#opening) await this.#opening;
    if (!isOpen(this.#client)) throw new ConnectionLostError();
    let fail: (error: ConnectionLostError) => void = () => undefined;
    const broken = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    const place = this.#inFlight.add(fail);
    try {
      return await Promise.race([call(this.#client), broken]);
    } catch (error) {
      throw asTypedError(error);
    } finally {
      this.#inFlight.remove(place);
    }
  }

  /** As `run`, for a call that changes nothing. @throws ConnectionLostError, which says so; ServerRefusalError. */
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
    // Whoever was refused hears when it is whole after all.
    if (!isWhole) this.#broke();
  }

  #broke(): void {
    this.#inFlight.failAll();
    // Every attempt to connect that fails reports another close.
    if (this.#isAway || this.#opening) return;
    this.#isAway = true;
    for (const tell of this.#listeners) tell('away');
  }

  #healed(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    for (const tell of this.#listeners) tell('back');
  }
}

type Fail = (error: ConnectionLostError) => void;

/**
 * How each call is failed. In places that are used again: of a `Set` that entries are added to and deleted from, V8 (Node 20) keeps the
 * former tables, and the calls in them, until the next full collection.
 */
class CallsInFlight {
  readonly #calls: (Fail | undefined)[] = [];
  readonly #free: number[] = [];

  /** Returns its place. */
  add(fail: Fail): number {
    const place = this.#free.pop() ?? this.#calls.length;
    this.#calls[place] = fail;
    return place;
  }

  remove(place: number): void {
    this.#calls[place] = undefined;
    this.#free.push(place);
  }

  failAll(): void {
    for (const fail of this.#calls) fail?.(new ConnectionLostError());
  }
}

/** Drops a connection, whatever is in flight. Not twice: on one that has ended ioredis 6 arms a timer that the process waits for. */
export function hangUp(client: ScriptClient): void {
  if (client.status !== 'end') client.disconnect();
}

type ClientEvent = 'close' | 'message' | 'messageBuffer' | 'moved' | 'ready';

const GOODBYE_WITHIN_MS = 1_000;

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

/** What is not an answer of the server is a fault of the connection, which the client may notice before it closes. */
export function asTypedError(error: unknown): unknown {
  if (isServerReply(error)) forgetArguments(error);
  if (isServerReply(error) && !isNotHereNow(error.message)) {
    return new ServerRefusalError(error.message, { about: aboutOf(error.message), cause: error });
  }
  const isTyped = error instanceof AcktorError || error instanceof TypeError;
  return isTyped ? error : new ConnectionLostError({ cause: error });
}

/** What the server refuses a call for. `ERR` is what is wrong with a call, unless a script met something else: Redis 6.2 puts that inside. */
function aboutOf(reply: string): RefusalCause {
  if (/\bNOPERM\b/.test(reply)) return 'permission';
  return reply.startsWith('ERR') && !OF_THE_SERVER.test(reply) ? 'call' : 'server';
}

const OF_THE_SERVER =
  /\b(OOM|READONLY|LOADING|MISCONF|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|NOAUTH|MOVED|ASK)\b/;

/**
 * ioredis hangs the command on the server's error, arguments and all: of an AUTH that failed the password, of a send the payload. Printed
 * as a cause it would be in a log.
 */
export function forgetArguments(error: object): void {
  Reflect.deleteProperty(error, 'command');
}

/** ioredis names the server's own errors so. */
function isServerReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
