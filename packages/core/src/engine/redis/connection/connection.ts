// Makes clients of Redis, all with the same settings. A call on a plain client may stay pending for ever: guarded connections prevent that.
import type { Redis } from 'ioredis';
import type { ClientOptions, RedisAddress } from './address.js';
import { MasterFinder } from './master-finder.js';
import { lookUpConnector, masterConnector } from './master-connector.js';
import { onAbort } from '../../../guarded.js';
import { newClient, forgetArguments, isNotHereNow } from './connection-guard.js';
import { BrokerUnreachableError } from '../../broker-errors.js';

export interface ConnectOptions {
  /** The name under which the server lists the connection (`CLIENT LIST`). Default `acktor`. */
  readonly name?: string;
  /** How long to wait for the first answer, in milliseconds, from 1. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long a command waits for its answer before the connection counts as dead, in milliseconds: 15,000 by default, and at most. */
  readonly answerTimeoutMs?: number;
  /** Called with each fault of the connection, also later while it reconnects by itself. */
  readonly onFault?: (fault: Error) => void;
  /**
   * Whether commands wait while the connection is away, and are sent again when it breaks before they are answered; default
   * true. Without, a call belongs in a guard: see `connectGuarded`.
   */
  readonly offlineQueue?: boolean;
  /** Whether what was subscribed to is subscribed to again after a reconnect; default true. */
  readonly resubscribes?: boolean;
  /** Of a cluster: a key, whose primary is connected to. Elsewhere all keys lie together. */
  readonly key?: string;
  /** Gives up waiting for the first answer when it aborts; its reason is the error's cause. */
  readonly signal?: AbortSignal;
}

/**
 * Opens one connection and resolves when the server has loaded its data and answers.
 *
 * While the server is away the client reconnects for ever, waiting at most 300 ms between attempts, and keeps
 * commands until it is back: a caller that must not wait bounds its own commands. The caller closes what it opened
 * (`quit()`, or `disconnect()` to drop what is in flight).
 *
 * @throws {BrokerUnreachableError} after `connectTimeoutMs`, or at once when the server refuses the credentials.
 */
export async function connectRedis(address: RedisAddress, options: ConnectOptions = {}): Promise<Redis> {
  const client = beginConnecting(address, options);
  try {
    await becomesReady(client, address, options);
    return client;
  } catch (unreachable) {
    client.disconnect();
    throw unreachable;
  }
}

/**
 * As {@link connectRedis}, at once: the client connects in the background.
 *
 * Behind sentinels and in a cluster it connects to the primary (of its key), and to the new one when that changes.
 */
export function beginConnecting(address: RedisAddress, options: Omit<ConnectOptions, 'signal'> = {}): Redis {
  const { name = 'acktor', offlineQueue = true, key = '', resubscribes = true, onFault } = options;
  const socketTimeout = Math.min(options.answerTimeoutMs ?? LONGEST_ANSWER_MS, LONGEST_ANSWER_MS);
  const keeping = {
    enableOfflineQueue: offlineQueue,
    autoResendUnfulfilledCommands: offlineQueue,
    autoResubscribe: resubscribes,
  };
  const Connector = connectorOf(address, key);
  const finding = Connector ? { Connector } : {};
  const own = { ...keeping, ...finding, socketTimeout, connectionName: listable(name) };
  const client = newClient({ ...address.clientOptions(), ...SETTINGS, ...own });
  // Stays attached for the client's life: an 'error' event without a listener would end the process.
  client.on('error', (fault: Error) => {
    forgetArguments(fault);
    onFault?.(fault);
  });
  return client;
}

/** Undefined where ioredis' own does. */
function connectorOf(address: RedisAddress, key: string): ClientOptions['Connector'] {
  const finder = MasterFinder.of(address);
  if (finder) return masterConnector(address, finder, key);
  const { endpoint } = address;
  return endpoint.kind === 'tcp' && address.lookUp ? lookUpConnector(address, endpoint) : undefined;
}

/** Servers take ASCII without spaces in a connection's name; a queue's may be any text. */
function listable(name: string): string {
  return name.replaceAll(/[^!-~]+/g, (others) => encodeURIComponent(others.toWellFormed()));
}

/** A connection whose other end vanished silently looks alive; no command of ours waits longer for its answer. */
const LONGEST_ANSWER_MS = 15_000;

/** Between two attempts to connect. The hold-off of fleet watches relies on it. */
const LONGEST_PAUSE_MS = 300;

const SETTINGS: ClientOptions = {
  // RESP2: what BullMQ's scripts and their parsers were written for, and what proxies and servers without HELLO speak.
  protocol: 2,
  // Quick at first, for a server that restarts; bounded, for one that stays away.
  retryStrategy: (attempt) => Math.min(20 * attempt, LONGEST_PAUSE_MS),
  // A server that loads its data is asked again as soon. Left to itself ioredis believes the server's own estimate, up to 10 s, and that
  // estimate is hours when a second of the clock ends as the loading begins (Redis 7.0): a worker that asked then was taken for dead.
  maxLoadingRetryTime: LONGEST_PAUSE_MS,
  // A command waits for the server's return instead of failing after some reconnects; BullMQ demands it, too.
  maxRetriesPerRequest: null,
  // Two commands that Redis knows from 7.2 on only, and that a user of few rights may not run.
  disableClientInfo: true,
  // How long a connection that was hung up may take to close. ioredis waits as long for one that is closed already, with a timer
  // that keeps the process alive: a command that found no server took two seconds to end.
  disconnectTimeout: 200,
  // The client looks for the current primary again, and what waits rejects as with a broken connection: nothing was done.
  reconnectOnError: ({ message }) => isNotHereNow(message),
};

/** Resolves when the client may be used; rejects like {@link connectRedis}. */
export function becomesReady(client: Redis, address: RedisAddress, options: ConnectOptions): Promise<void> {
  const { connectTimeoutMs = 10_000, signal } = options;
  return new Promise((resolve, reject) => {
    let lastFault: Error | undefined;
    let stopListening: (() => void) | undefined;
    const settle = () => {
      clearTimeout(timer);
      stopListening?.();
    };
    const fail = (complaint: string) => {
      settle();
      reject(new BrokerUnreachableError(address.toString(), complaint, { cause: signal?.reason ?? lastFault }));
    };
    const timeOut = () => fail(`nothing answered within ${connectTimeoutMs} ms${because(lastFault)}: ${ADVICE}`);
    const timer = setTimeout(timeOut, connectTimeoutMs);
    const giveUp = () => fail('the wait for it was given up');
    if (signal?.aborted) giveUp();
    else if (signal) stopListening = onAbort(signal, giveUp);
    client.on('error', (fault: Error) => {
      lastFault = fault;
      if (isRefusal(fault)) fail(`it refused the connection (${fault.message}): check user and password`);
      const complaint = strangerComplaint(fault);
      if (complaint !== undefined) fail(complaint);
    });
    client.once('ready', () => {
      settle();
      resolve();
    });
  });
}

export const ADVICE = 'check that the server runs and that the address (REDIS_URL, or the option redis) names it';

function because(fault: Error | undefined): string {
  return fault === undefined ? '' : ` (${fault.message || String(fault)})`;
}

/** The complaint when another service than a Redis answers, or TLS is wrongly on or off; undefined for other faults. */
function strangerComplaint({ message, ...fault }: Error & { readonly code?: string }): string | undefined {
  if (/^(Unknown RESP type|Protocol error, got)/.test(message))
    return `${STRANGER}: ${NAME_A_REDIS}, or rediss:// for one that speaks TLS`;
  const isNoTls = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|TLSV1_ALERT_DECODE_ERROR)$/.test(
    fault.code ?? '',
  );
  return isNoTls
    ? `what answers there does not speak TLS: ${NAME_A_REDIS}, or redis:// for one without TLS`
    : undefined;
}

const STRANGER = 'what answers there does not speak Redis (a web server or another service, perhaps)';
const NAME_A_REDIS = 'write the host and the port of a Redis, such as redis://host:6379';

// No use in trying again: the answer will be the same.
function isRefusal(fault: Error): boolean {
  return /^(WRONGPASS|NOAUTH|NOPERM)\b|invalid (username-)?password/i.test(fault.message);
}
