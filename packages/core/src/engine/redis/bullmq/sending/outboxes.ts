// The outboxes of a namespace in a cluster: those of the queues that this process works on, and, in one process at a time, all others.
import { randomUUID } from 'node:crypto';
import type { ConnectionGuard, Connections } from '../../connection/connection-guard.js';
import { queueKeys, type QueueKeys } from '../queue-keys.js';
import { scripts } from '../scripts/scripts.js';
import { Outbox, type OutboxQueue } from './outbox.js';

export interface OutboxesDeps {
  readonly connections: Connections;
  readonly namespace: string;
  readonly database: number;
  /** Whether this process takes part in forwarding what others have left, as every producer and worker does. */
  readonly forwardsForAll: boolean;
}

/**
 * A worker forwards what its own queues send, at once. What a process leaves that was killed is forwarded by whichever process has the turn: one
 * of all producers and workers of the namespace, which the registry names, a hash in the cluster, for half a second at a time. Before its first
 * settlement that sends elsewhere, a worker enters its queue there, so that nobody has to look into queues that send nothing.
 */
export class Outboxes {
  readonly #deps: OutboxesDeps;
  readonly #process = randomUUID();
  /** Those that this process forwards for all, while it has the turn, by the names of the queues' keys. */
  readonly #ofOthers = new Map<string, Outbox>();
  readonly #entered = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> | undefined;
  #isClosed = false;

  constructor(deps: OutboxesDeps) {
    this.#deps = deps;
    if (deps.forwardsForAll) this.#wait(0);
  }

  /** Opens the outbox of a queue that this process works on. The caller closes it. */
  open(keys: QueueKeys, guard: ConnectionGuard): Outbox {
    return this.#outbox({ keys, guard }, () => this.#enter(keys.name));
  }

  /** Resolves when nothing of it is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turn;
    await this.#closeOthers();
  }

  #outbox(source: OutboxQueue, enter: () => Promise<void>): Outbox {
    return new Outbox({ source, targetOf: (name) => this.#queue(name), enter });
  }

  /** By its keys alone: the name is theirs, and this process may have another for the queue. */
  #queue(name: string): OutboxQueue {
    const { connections, namespace, database } = this.#deps;
    const keys = queueKeys(namespace, name, { isInCluster: true, database });
    return { keys, guard: connections.to(name, keys.marker) };
  }

  async #enter(name: string): Promise<void> {
    if (this.#entered.has(name)) return;
    await this.#registry.run((client) => client.hset(this.#registryKey, `queue:${name}`, '1'));
    this.#entered.add(name);
  }

  #wait(ms: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#turn = this.#takeTurn().then(
        () => this.#wait(TURN_EVERY_MS),
        // The server is away, or the user lacks the rights: others may forward.
        () => this.#wait(PAUSE_AFTER_FAULT_MS),
      );
    }, ms).unref();
  }

  async #takeTurn(): Promise<void> {
    const args = [this.#process, TURN_HELD_MS];
    const answer = await this.#registry.run((client) => scripts.outboxTurn.run(client, [this.#registryKey], args));
    if (!Array.isArray(answer)) return this.#closeOthers();
    if (this.#isClosed) return;
    for (const name of answer as readonly string[]) {
      if (!this.#ofOthers.has(name))
        this.#ofOthers.set(
          name,
          this.#outbox(this.#queue(name), () => Promise.resolve()),
        );
      this.#ofOthers.get(name)?.forward();
    }
  }

  async #closeOthers(): Promise<void> {
    const outboxes = [...this.#ofOthers.values()];
    this.#ofOthers.clear();
    await Promise.all(outboxes.map((outbox) => outbox.close()));
  }

  /** With one colon, where no key of a queue can be: those have two. */
  get #registryKey(): string {
    return `${this.#deps.namespace}:acktor-outboxes`;
  }

  get #registry(): ConnectionGuard {
    return this.#deps.connections.to(this.#registryKey, this.#registryKey);
  }
}

/** A process that dies is missed after this, and replaced at the next attempt of another: together less than a second. */
const TURN_HELD_MS = 500;
const TURN_EVERY_MS = 200;
const PAUSE_AFTER_FAULT_MS = 2_000;
