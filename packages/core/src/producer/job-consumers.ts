// Who consumes a job's queue, as the workers themselves say it.
import type { ConnectedFleet } from '../fleet/fleet.js';
import type { WorkerReport } from '../fleet/worker-report.js';

/** Who consumes the queue of a job right now. Plain BullMQ workers say nothing of themselves, and are not counted. */
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

/** Asks the fleet on connections that are opened when somebody asks first. */
export class ConsumerCensus {
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
