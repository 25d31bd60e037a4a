// Connects to a fleet, for dashboards, terminals and tools; and finds the consumers of a queue.
import { brokerOptionTable } from '../engine/broker-options.js';
import { engineFor } from '../engine/default-engine.js';
import type { OptionInput, OptionTable } from '../options/option-spec.js';
import { defineOptions } from '../options/options.js';
import type { ConnectedFleet } from './fleet.js';
import type { WorkerReport } from './worker-report.js';

const fleetTable = {
  engine: brokerOptionTable.engine,
  redis: brokerOptionTable.redis,
  embedded: brokerOptionTable.embedded,
  namespace: brokerOptionTable.namespace,
  connectTimeoutMs: brokerOptionTable.connectTimeoutMs,
} as const satisfies OptionTable;

/** Checks the options of {@link connectFleet}. */
export const fleetOptions = defineOptions(fleetTable);

// generated: FleetOptions

/** What {@link connectFleet} takes. */
export interface FleetOptions {
  /**
   * What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded`
   * and `durability`, which are options of that one.
   */
  readonly engine?: OptionInput<typeof fleetTable, 'engine'> | undefined;
  /**
   * URL of the Redis server; or what no URL can say, as connection options or the module that makes them. Without it REDIS_URL of the
   * environment, and without that, unless NODE_ENV is production, the embedded server.
   */
  readonly redis?: OptionInput<typeof fleetTable, 'redis'> | undefined;
  /** Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`. */
  readonly embedded?: OptionInput<typeof fleetTable, 'embedded'> | undefined;
  /** What all keys begin with: BullMQ's prefix, which every BullMQ client has as `bull` by default. By default "bull". */
  readonly namespace?: OptionInput<typeof fleetTable, 'namespace'> | undefined;
  /**
   * How long the server may take to answer whatever a start asks of it: all of its steps together. In milliseconds, from 1 to 600000; by
   * default 10000.
   */
  readonly connectTimeoutMs?: OptionInput<typeof fleetTable, 'connectTimeoutMs'> | undefined;
}

// end: FleetOptions

/**
 * Connects to a fleet; on Redis by two connections however many watch. Nothing is written on the server.
 *
 * @throws OptionsError, AddressError, NoServerError, BrokerUnreachableError, ServerBinaryMissingError, ServerStartError; nothing is left open.
 * @example
 * await using fleet = await connectFleet();
 * for (const { host, pid, consumers } of await fleet.workers()) console.log(host, pid, consumers.length);
 */
export async function connectFleet(options: FleetOptions = {}): Promise<ConnectedFleet> {
  const { namespace, connectTimeoutMs, ...place } = fleetOptions.check(options);
  return engineFor(place, options).openFleet({ namespace, connectTimeoutMs });
}

/** The consumers of a job's queue right now. Plain BullMQ workers do not report themselves, and are not counted. */
export interface JobConsumers {
  readonly queue: string;
  /** Whether any consumer takes jobs of the queue. */
  readonly isConsumed: boolean;
  /** How many worker processes that run, and do not drain, have consumers for the queue. */
  readonly workers: number;
  /** How many consumers they have for it: so many jobs run at a time. */
  readonly consumers: number;
  /** Where they run, each once, in order. */
  readonly hosts: readonly string[];
}

/** Finds consumers by asking the fleet, on connections that are opened at the first question. */
export class ConsumerLookup {
  readonly #open: () => Promise<ConnectedFleet>;
  #fleet: Promise<ConnectedFleet> | undefined;

  constructor(open: () => Promise<ConnectedFleet>) {
    this.#open = open;
  }

  async of(queue: string): Promise<JobConsumers> {
    this.#fleet ??= this.#open().catch((error: unknown) => {
      this.#fleet = undefined;
      throw error;
    });
    return consumersAmong(await (await this.#fleet).workers(), queue);
  }

  async close(): Promise<void> {
    const fleet = await this.#fleet?.catch(() => undefined);
    await fleet?.close();
  }
}

function consumersAmong(workers: readonly WorkerReport[], queue: string): JobConsumers {
  const counts = workers
    .filter(({ state }) => state === 'running')
    .map(({ host, consumers }) => ({ host, count: consumers.filter((one) => one.queue === queue).length }))
    .filter(({ count }) => count > 0);
  const consumers = counts.reduce((sum, { count }) => sum + count, 0);
  const hosts = [...new Set(counts.map(({ host }) => host))].toSorted();
  return { queue, isConsumed: consumers > 0, workers: counts.length, consumers, hosts };
}
