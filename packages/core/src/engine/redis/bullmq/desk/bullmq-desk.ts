// The operator's desk on BullMQ queues.
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type {
  JobDetails,
  JobPage,
  JobSpan,
  JobSummary,
  QueueDeath,
  QueueDepth,
  QueueDesk,
  QueueSymptoms,
} from '../../../../operator/queue-desk.js';
import type { QueueKeys } from '../queue-keys.js';
import { readDepth } from './depths.js';
import { readDetails } from './details.js';
import { findJob } from './finding.js';
import { listJobs } from './listing.js';
import { readDeaths } from '../reaping/deaths.js';
import type { QueueNames } from './queue-names.js';
import type { QueueSeat } from './queue-seat.js';
import { readSymptoms } from './symptoms.js';
import { makeDue, pauseQueue, resumeQueue } from './switching.js';

/** What a desk stands on. */
export interface BullmqDeskParts {
  readonly keysOf: (queue: string) => QueueKeys;
  /** The connection to the server that has the queue. */
  readonly guardOf: (queue: string) => ConnectionGuard;
  readonly names: QueueNames;
}

/** The {@link QueueDesk} on BullMQ. Each call touches one queue, so that it stays in one slot of a cluster. */
export class BullmqDesk implements QueueDesk {
  readonly #parts: BullmqDeskParts;

  constructor(parts: BullmqDeskParts) {
    this.#parts = parts;
  }

  queueNames(): Promise<readonly string[]> {
    return this.#parts.names.all();
  }

  discoverQueues(): Promise<readonly string[]> {
    return this.#parts.names.discover();
  }

  async knows(queue: string): Promise<boolean> {
    const isNamed = (await this.#parts.names.all()).includes(queue);
    return (
      isNamed ||
      this.#parts
        .guardOf(queue)
        .read(async (client) => (await client.exists(`${this.#seat(queue).keys.prefix}meta`)) === 1)
    );
  }

  depth(queue: string): Promise<QueueDepth> {
    return this.#parts.guardOf(queue).read((client) => readDepth(client, this.#seat(queue)));
  }

  symptoms(queue: string): Promise<QueueSymptoms> {
    return this.#parts.guardOf(queue).read((client) => readSymptoms(client, this.#seat(queue)));
  }

  deaths(queue: string): Promise<readonly QueueDeath[]> {
    const { deaths } = this.#parts.keysOf(queue);
    return this.#parts.guardOf(queue).read(async (client) => readDeaths(await client.lrange(deaths, 0, -1)));
  }

  jobs(queue: string, span: JobSpan): Promise<JobPage> {
    return this.#parts.guardOf(queue).read((client) => listJobs(client, this.#seat(queue), span));
  }

  find(queue: string, id: string): Promise<JobSummary | undefined> {
    return this.#parts.guardOf(queue).read((client) => findJob(client, this.#seat(queue), id));
  }

  job(queue: string, id: string): Promise<JobDetails | undefined> {
    return this.#parts.guardOf(queue).read((client) => readDetails(client, this.#seat(queue), id));
  }

  pause(queue: string): Promise<void> {
    return this.#parts.guardOf(queue).run((client) => pauseQueue(client, this.#seat(queue).keys));
  }

  resume(queue: string): Promise<void> {
    return this.#parts.guardOf(queue).run((client) => resumeQueue(client, this.#seat(queue).keys));
  }

  runNow(queue: string, id: string): Promise<boolean> {
    return this.#parts.guardOf(queue).run((client) => makeDue(client, this.#seat(queue).keys, id));
  }

  #seat(queue: string): QueueSeat {
    return { queue, keys: this.#parts.keysOf(queue) };
  }
}
