// Implements the operator's port on BullMQ queues.
import slotOf from 'cluster-key-slot';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type { ServerFacts } from '../../connection/server-facts.js';
import { EngineFeatureError } from '../../../engine-module.js';
import type {
  BulkStep,
  ClearSpan,
  JobDetails,
  JobPage,
  JobSpan,
  JobSummary,
  LimitChange,
  MoveSpan,
  QueueDeath,
  QueueDepth,
  QueueAdmin,
  QueueLimits,
  QueueSymptoms,
} from '../../../../operator/queue-admin.js';
import { count, MISFIT, moment, readForeignJson, shape, text } from '../../../../foreign-text/reader.js';
import type {
  InspectionOptions,
  QueueFault,
  QueueInspection,
  RepairOutcome,
} from '../../../../operator/queue-fault.js';
import type { QueueKeys } from '../queue-keys.js';
import { inspectQueues, readQueueFaults, repairFault, type SeenQueue } from './finding.js';
import { clearJobs, moveJobs, promoteJobs } from './bulk.js';
import {
  readDepth,
  type QueueContext,
  readSymptoms,
  limitQueue,
  makeDue,
  pauseQueue,
  readLimits,
  resumeQueue,
} from './depths.js';
import { readDetails, findJob, listJobs } from './listing.js';
import type { AskServers, QueueNames } from './queue-names.js';

/** What the admin needs. */
export interface BullmqAdminDeps {
  readonly keysOf: (queue: string) => QueueKeys;
  /** The connection to the server that has the queue. */
  readonly guardOf: (queue: string) => ConnectionGuard;
  readonly names: QueueNames;
  readonly namespace: string;
  readonly server: Pick<ServerFacts, 'isCluster'>;
  readonly askServers: AskServers;
  /** Gives back what a process held that is not there. */
  readonly release: (queue: string, workerId: string) => Promise<unknown>;
}

/** The {@link QueueAdmin} on BullMQ. Each call touches one queue, so that it stays in one slot of a cluster. */
export class BullmqAdmin implements QueueAdmin {
  readonly #deps: BullmqAdminDeps;

  constructor(deps: BullmqAdminDeps) {
    this.#deps = deps;
  }

  queueNames(): Promise<readonly string[]> {
    return this.#deps.names.all();
  }

  discoverQueues(): Promise<readonly string[]> {
    return this.#deps.names.discover();
  }

  async knows(queue: string): Promise<boolean> {
    const isNamed = (await this.#deps.names.all()).includes(queue);
    return (
      isNamed ||
      this.#deps
        .guardOf(queue)
        .read(async (client) => (await client.exists(`${this.#context(queue).keys.prefix}meta`)) === 1)
    );
  }

  depth(queue: string): Promise<QueueDepth> {
    return this.#deps.guardOf(queue).read((client) => readDepth(client, this.#context(queue)));
  }

  async symptoms(queue: string): Promise<QueueSymptoms> {
    const faults = await readQueueFaults(this.#seen(queue));
    const symptoms = await this.#deps.guardOf(queue).read((client) => readSymptoms(client, this.#context(queue)));
    return { ...symptoms, faults };
  }

  isLimitedByWorkers(queue: string): Promise<boolean> {
    const { prefix } = this.#context(queue).keys;
    return this.#deps.guardOf(queue).read(async (client) => {
      const isStored = await client.hexists(`${prefix}meta`, 'max');
      return isStored === 0 && (await client.exists(`${prefix}limiter`)) === 1;
    });
  }

  deaths(queue: string): Promise<readonly QueueDeath[]> {
    const { deaths } = this.#deps.keysOf(queue);
    return this.#deps.guardOf(queue).read(async (client) => readDeaths(await client.lrange(deaths, 0, -1)));
  }

  jobs(queue: string, span: JobSpan): Promise<JobPage> {
    return this.#deps.guardOf(queue).read((client) => listJobs(client, this.#context(queue), span));
  }

  find(queue: string, id: string): Promise<JobSummary | undefined> {
    return this.#deps.guardOf(queue).read((client) => findJob(client, this.#context(queue), id));
  }

  job(queue: string, id: string): Promise<JobDetails | undefined> {
    return this.#deps.guardOf(queue).read((client) => readDetails(client, this.#context(queue), id));
  }

  pause(queue: string): Promise<void> {
    return this.#deps.guardOf(queue).run((client) => pauseQueue(client, this.#context(queue).keys));
  }

  resume(queue: string): Promise<void> {
    return this.#deps.guardOf(queue).run((client) => resumeQueue(client, this.#context(queue).keys));
  }

  limits(queue: string): Promise<QueueLimits> {
    return this.#deps.guardOf(queue).read((client) => readLimits(client, this.#context(queue).keys));
  }

  limit(queue: string, change: LimitChange): Promise<void> {
    return this.#deps.guardOf(queue).run((client) => limitQueue(client, this.#context(queue).keys, change));
  }

  runNow(queue: string, id: string): Promise<boolean> {
    return this.#deps.guardOf(queue).run((client) => makeDue(client, this.#context(queue).keys, id));
  }

  promote(queue: string, span: Omit<JobSpan, 'place'>): Promise<BulkStep> {
    return this.#deps.guardOf(queue).run((client) => promoteJobs(client, this.#context(queue), span));
  }

  clear(queue: string, span: ClearSpan): Promise<number> {
    return this.#deps.guardOf(queue).run((client) => clearJobs(client, this.#context(queue).keys, span));
  }

  ackedUntil(queue: string, untilMs: number): Promise<number> {
    const { completed } = this.#deps.keysOf(queue);
    return this.#deps.guardOf(queue).read((client) => client.zcount(completed, 0, untilMs));
  }

  async move(queue: string, to: string, span: MoveSpan): Promise<BulkStep> {
    const target = this.#deps.keysOf(to);
    const isElsewhere = slotOf(this.#deps.keysOf(queue).marker) !== slotOf(target.marker);
    if (this.#deps.server.isCluster && isElsewhere) throw new EngineFeatureError('redis', ACROSS_SLOTS);
    await this.#deps.names.add([to]);
    return this.#deps.guardOf(queue).run((client) => moveJobs(client, this.#context(queue), { ...span, to: target }));
  }

  async inspect(options: InspectionOptions): Promise<QueueInspection> {
    const { names, namespace, askServers } = this.#deps;
    const queues = (await names.all()).map((queue) => this.#seen(queue));
    return inspectQueues({ namespace, queues, askServers }, options);
  }

  repair(fault: QueueFault): Promise<RepairOutcome> {
    return repairFault(this.#seen(fault.queue), fault, (workerId) => this.#deps.release(fault.queue, workerId));
  }

  #seen(queue: string): SeenQueue {
    return { ...this.#context(queue), guard: this.#deps.guardOf(queue) };
  }

  #context(queue: string): QueueContext {
    return { queue, keys: this.#deps.keysOf(queue) };
  }
}

const ACROSS_SLOTS = 'moves between queues in different slots of a cluster';

/** The deaths that are noted in a queue, the newest first. What is none is left out. */
function readDeaths(entries: readonly string[]): readonly QueueDeath[] {
  return entries.flatMap((entry) => {
    const read = readForeignJson(entry, death, MOST_CHARS);
    return read === MISFIT ? [] : [read];
  });
}

const death = shape<QueueDeath>({ workerId: text(), atMs: moment, held: count });
const MOST_CHARS = 8_192;
