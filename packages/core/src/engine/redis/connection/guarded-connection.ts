// Guarded connections: how they are opened, and how long a start may take.
import type { RedisAddress } from './address.js';
import { ADVICE, becomesReady, beginConnecting, type ConnectOptions } from './connection.js';
import { ConnectionGuard } from './connection-guard.js';
import { BrokerUnreachableError, ConnectionLostError } from '../../broker-errors.js';
import type { ScriptClient } from './redis-script.js';
import { MasterFinder } from './master-finder.js';

/** A guarded connection neither queues nor resends commands, and its owner subscribes again after a reconnect. */
export type GuardedOptions = Omit<ConnectOptions, 'offlineQueue' | 'resubscribes'>;

/**
 * Opens one connection and resolves when the server has loaded its data and answers. It reconnects by itself for ever; calls made
 * meanwhile reject with ConnectionLostError. The caller hangs up.
 *
 * @throws {BrokerUnreachableError} after `connectTimeoutMs`, or at once when the server refuses the credentials.
 */
export async function connectGuarded(address: RedisAddress, options: GuardedOptions = {}): Promise<ConnectionGuard> {
  const client = beginConnecting(address, { ...options, ...WITHOUT_QUEUE });
  const guard = new ConnectionGuard(client);
  try {
    await becomesReady(client, address, options);
    return guard;
  } catch (unreachable) {
    guard.hangUp();
    throw unreachable;
  }
}

/** As {@link connectGuarded}, at once: calls wait for the first connection, for `connectTimeoutMs` at most. */
export function beginGuarded(address: RedisAddress, options: GuardedOptions & TimeLimit): ConnectionGuard {
  return new ConnectionGuard(beginConnecting(address, { ...options, ...WITHOUT_QUEUE }), options.connectTimeoutMs);
}

/**
 * The time that a start has for all of its steps together: when the connection breaks during one, the start goes on with the next
 * connection, or rejects when the time is over.
 */
export class StartTime {
  readonly #address: RedisAddress;
  readonly #limitMs: number;
  readonly #endsAtMs: number;

  constructor(address: RedisAddress, limitMs: number) {
    this.#address = address;
    this.#limitMs = limitMs;
    this.#endsAtMs = performance.now() + limitMs;
  }

  /** What is left, in milliseconds; 1 at least. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.#endsAtMs - performance.now()));
  }

  /**
   * Makes a call that may be repeated until it is answered: again on the next connection whenever one breaks.
   * @throws BrokerUnreachableError when the time is over, ServerRefusalError, and what the call itself throws.
   */
  async answer<Answer>(guard: ConnectionGuard, call: (client: ScriptClient) => Promise<Answer>): Promise<Answer> {
    return this.repeat(guard, () => guard.run(call));
  }

  /** As {@link answer}, for any attempt that rejects with ConnectionLostError when that connection breaks. */
  async repeat<Answer>(connection: Breakable, attempt: () => Promise<Answer>): Promise<Answer> {
    return this.settle((isOver) => onSomeConnection(connection, attempt, isOver));
  }

  /** Resolves as the work does, if in time. @throws BrokerUnreachableError when the time is over; the signal aborts then. */
  async settle<Answer>(work: (isOver: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const complaint = `its connections broke, or nothing answered, for ${this.#limitMs} ms: ${ADVICE}`;
        const error = new BrokerUnreachableError(this.#address.toString(), complaint);
        reject(error);
        over.abort(error);
      }, this.leftMs);
    });
    try {
      return await Promise.race([work(over.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface TimeLimit {
  readonly connectTimeoutMs: number;
}

const WITHOUT_QUEUE = { offlineQueue: false, resubscribes: false } as const;

type Breakable = Pick<ConnectionGuard, 'whole'>;

async function onSomeConnection<Answer>(
  connection: Breakable,
  attempt: () => Promise<Answer>,
  isOver: AbortSignal,
): Promise<Answer> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
    }
    await connection.whole(isOver);
  }
}

export interface AskOptions {
  /** The connections' name, as servers list it. */
  readonly name: string;
  /** The time that finding and connecting may take; asking takes as long as it takes. */
  readonly time: StartTime;
}

/**
 * Asks every primary of a cluster, each on a connection that is closed afterwards. The answers have no order.
 * @throws BrokerUnreachableError when there is no cluster, or one of its primaries does not answer.
 */
export async function askMasters<Answer>(
  address: RedisAddress,
  { name, time }: AskOptions,
  ask: (guard: ConnectionGuard) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const find = async () => (await MasterFinder.of(address)?.masters().catch(unreachable(address))) ?? [];
  const masters = await time.settle(find);
  return Promise.all(
    masters.map(async (master) => {
      const guard = await connectGuarded(address.nodeAt(master), { name, connectTimeoutMs: time.leftMs });
      try {
        return await ask(guard);
      } finally {
        guard.hangUp();
      }
    }),
  );
}

function unreachable(address: RedisAddress) {
  return (cause: unknown): never => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BrokerUnreachableError(String(address), `none of its nodes says who is in charge (${why})`, { cause });
  };
}
