// Sends that wait for a confirmation: one round of them at a time, on a connection that carries nothing else.
import { asTypedError, type ConnectionGuard } from '../../connection/connection-guard.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import { type ConfirmDemand, type ConfirmShortfall, type FurtherConfirm, wantedCount } from '../../../broker.js';
import type { ServerFacts } from '../../connection/server-facts.js';
import type { QueueKeys } from '../queue-keys.js';
import { fsyncMethod, pollFsync } from './fsync.js';

/** What confirmed sends need. */
export interface ConfirmedSendsDeps {
  readonly confirm: FurtherConfirm;
  /** Opens their own connection. Given up when the signal aborts. */
  readonly openClient: (signal: AbortSignal) => Promise<ConnectionGuard>;
  /** Whether the server's figures are polled instead of waiting with WAITAOF. */
  readonly pollsFsync: boolean;
}

/** One batch of jobs for one queue, and how long its confirmation may take. */
export interface ConfirmedCall<Answer> {
  /** Adds the jobs on the given connection. */
  readonly add: (client: ScriptClient) => Promise<Answer>;
  /** A key of the queue that may be overwritten at any time. */
  readonly barrierKey: string;
  readonly timeoutMs: number;
}

/** The result of a batch: how it was added, and what its confirmation lacks. */
export interface ConfirmedAnswer<Answer> {
  readonly added: Answer;
  readonly shortfall: ConfirmShortfall | undefined;
}

/**
 * Adds jobs and waits for their confirmation.
 *
 * WAIT and WAITAOF block the connection they are sent on and count what that very connection wrote, so these sends have one
 * of their own. While a round waits, calls gather; the next round adds them all and waits once: a thousand sends at the same
 * time cost one or two waits. Only other confirmed sends ever queue behind a wait.
 */
export class ConfirmedSends {
  readonly #deps: ConfirmedSendsDeps;
  #connection: Promise<ConnectionGuard> | undefined;
  #waiting: PendingCall[] = [];
  readonly #closing = new AbortController();
  #isBusy = false;

  constructor(deps: ConfirmedSendsDeps) {
    this.#deps = deps;
  }

  /** @throws ConnectionLostError: the jobs may have been added. @throws ServerRefusalError: they were not. */
  send<Answer>(call: ConfirmedCall<Answer>): Promise<ConfirmedAnswer<Answer>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...call, resolve: resolve as PendingCall['resolve'], reject });
      void this.#work();
    });
  }

  /** Resolves when the connection is up. */
  async connected(signal: AbortSignal): Promise<void> {
    const guard = await this.#connect();
    return guard.whole(signal);
  }

  /** Hangs up; what waits rejects with ConnectionLostError. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connection = await this.#connection?.catch(() => undefined);
    connection?.hangUp();
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const calls = this.#waiting;
      this.#waiting = [];
      await this.#round(calls).catch((error: unknown) => calls.forEach(({ reject }) => reject(error)));
    }
    this.#isBusy = false;
  }

  async #round(calls: readonly PendingCall[]): Promise<void> {
    const guard = await this.#connect();
    // One run for adding and waiting: a connection that breaks between them fails both, because a new connection's wait would
    // count its own writes, and not these.
    await guard.run(async (client) => {
      const added = await Promise.allSettled(calls.map(({ add }) => add(client)));
      const isAnyAdded = added.some(({ status }) => status === 'fulfilled');
      const shortfall = isAnyAdded ? await this.#confirmAll(client, calls) : undefined;
      calls.forEach((call, i) => settle(call, added[i], shortfall));
    });
  }

  async #confirmAll(client: ScriptClient, calls: readonly PendingCall[]): Promise<ConfirmShortfall | undefined> {
    const { confirm } = this.#deps;
    const demand = { confirm, timeoutMs: Math.max(...calls.map(({ timeoutMs }) => timeoutMs)) };
    // A job that the queue held already was not written again, and a wait speaks of the connection's last write: this one
    // comes after whatever put the job there.
    const barrier = client.set(calls[0]?.barrierKey ?? '', '1', 'PX', BARRIER_KEPT_MS);
    const [write, wait] = await Promise.allSettled([barrier, this.#confirmedCount(client, demand)]);
    const refusal = [write, wait].find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (refusal) return { ...demand, confirmed: 0, reply: String((refusal.reason as Error).message) };
    const confirmed = wait.status === 'fulfilled' ? wait.value : 0;
    return confirmed >= wantedCount(demand.confirm) ? undefined : { ...demand, confirmed, reply: undefined };
  }

  /** How many disks or replicas have everything that this connection wrote. */
  async #confirmedCount(client: ScriptClient, { confirm, timeoutMs }: ConfirmDemand): Promise<number> {
    if (confirm !== 'fsync') return client.wait(confirm.replicas, timeoutMs);
    if (this.#deps.pollsFsync) return pollFsync(client, timeoutMs);
    const [disks] = (await client.call('WAITAOF', 1, 0, timeoutMs)) as readonly [disks: number, replicas: number];
    return disks;
  }

  #connect(): Promise<ConnectionGuard> {
    this.#connection ??= this.#deps.openClient(this.#closing.signal).catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }
}

/** The confirmed sends of a broker, by what they wait for. */
export class ConfirmedSendsByKind {
  readonly #deps: ConfirmingDeps;
  /** By the confirmation that they wait for, as JSON. */
  readonly #byKind = new Map<string, ConfirmedSends>();

  constructor(deps: ConfirmingDeps) {
    this.#deps = deps;
  }

  /** Undefined when the server confirms so with every answer. */
  of({ name: queue, keys }: ConfirmedQueue, confirm: FurtherConfirm): ConfirmedSends | undefined {
    const { server, openClient: open } = this.#deps;
    const method = confirm === 'fsync' ? fsyncMethod(server) : undefined;
    if (method === 'always') return undefined;
    // Where all queues lie on one server, their sends share its waits.
    const name = JSON.stringify([confirm, server.isCluster ? queue : '']);
    const openClient = (signal: AbortSignal) => open('acktor-confirm', keys.barrier, signal);
    const known = this.#byKind.get(name);
    const sends = known ?? new ConfirmedSends({ confirm, openClient, pollsFsync: method === 'poll' });
    this.#byKind.set(name, sends);
    return sends;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byKind.values()].map((sends) => sends.close()));
  }
}

/** A queue whose sends are confirmed. */
export interface ConfirmedQueue {
  readonly name: string;
  readonly keys: Pick<QueueKeys, 'barrier'>;
}

interface ConfirmingDeps {
  readonly server: ServerFacts;
  readonly openClient: (name: string, key: string, signal?: AbortSignal) => Promise<ConnectionGuard>;
}

interface PendingCall extends ConfirmedCall<unknown> {
  readonly resolve: (answer: ConfirmedAnswer<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

function settle(
  call: PendingCall,
  added: PromiseSettledResult<unknown> | undefined,
  shortfall: ConfirmShortfall | undefined,
): void {
  if (added?.status === 'fulfilled') call.resolve({ added: added.value, shortfall });
  else call.reject(asTypedError(added?.reason));
}

/** It is only written so that there is something to wait for. */
const BARRIER_KEPT_MS = 60_000;
