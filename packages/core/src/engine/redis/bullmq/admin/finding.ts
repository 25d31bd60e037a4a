// Finds what is out of place in the queues of a namespace: every key is seen once, and what looks wrong is looked at again by one script.
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  InspectionOptions,
  QueueFault,
  QueueInspection,
  RepairOutcome,
} from '../../../../operator/queue-fault.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import { PART_KINDS } from '../scripts/built-scripts.js';
import { scripts } from '../scripts/scripts.js';
import type { AskServers } from './queue-names.js';
import type { QueueContext } from './depths.js';

/** A queue, and the connection to the server that has it. */
export interface SeenQueue extends QueueContext {
  readonly guard: ConnectionGuard;
}

export interface FindingDeps {
  readonly namespace: string;
  readonly queues: readonly SeenQueue[];
  readonly askServers: AskServers;
}

/** Looks through all keys, in calls that are bounded. */
export async function inspectQueues(deps: FindingDeps, options: InspectionOptions): Promise<QueueInspection> {
  return new Finding(deps, options).run();
}

class Finding {
  readonly #deps: FindingDeps;
  readonly #options: InspectionOptions;
  readonly #faults: QueueFault[] = [];
  /** The longest prefix first: a queue's name may begin with that of another. */
  readonly #queues: readonly SeenQueue[];
  /** The ids that waited when the inspection began, by queue: no need to search the list for each. Without a queue where too many wait. */
  readonly #waiting = new Map<string, ReadonlySet<string>>();
  #seen = 0;
  #keys = 0;
  #isWhole = true;

  constructor(deps: FindingDeps, options: InspectionOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#queues = deps.queues.toSorted((one, other) => other.keys.prefix.length - one.keys.prefix.length);
  }

  async run(): Promise<QueueInspection> {
    for (const queue of this.#queues) {
      if (this.#isOver()) break;
      this.#add(await readQueueFaults(queue));
      this.#add(await this.#absentHolders(queue));
      const waiting = await this.#waitingOf(queue);
      if (waiting.size < MOST_WAITING) this.#waiting.set(queue.queue, waiting);
      else this.#isWhole = false;
    }
    await this.#deps.askServers(async (client) => void (this.#keys += await client.dbsize()));
    await this.#deps.askServers((client) => this.#scan(client));
    return { faults: this.#faults, isWhole: this.#isWhole && !this.#isOver(), seen: this.#seen };
  }

  async #scan(client: ScriptClient): Promise<void> {
    const pattern = `${this.#deps.namespace.replace(/[\\*?[\]]/g, '\\$&')}:*`;
    let seen = 0;
    let cursor = '0';
    do {
      const [next, page] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_CALL);
      seen += KEYS_PER_CALL;
      this.#seen = Math.min(this.#seen + KEYS_PER_CALL, this.#keys);
      for (const [queue, ids] of this.#idsIn(page)) await this.#judge(queue, ids);
      this.#options.onProgress?.({ seen: this.#seen, keys: this.#keys });
      cursor = next;
      if (seen >= this.#options.mostKeys && cursor !== '0') this.#isWhole = false;
    } while (cursor !== '0' && seen < this.#options.mostKeys && !this.#isOver());
  }

  /** What may be ids of jobs, or of leases, and are not among those that wait. */
  #idsIn(page: readonly string[]): ReadonlyMap<SeenQueue, ReadonlySet<string>> {
    const found = new Map<SeenQueue, Set<string>>();
    for (const key of page) {
      const queue = this.#queues.find(({ keys }) => key.startsWith(keys.prefix));
      if (queue === undefined) continue;
      const id = key.slice(queue.keys.prefix.length).replace(/:lock$/, '');
      const isLease = key.endsWith(':lock');
      if (isPart(id) || (!isLease && this.#waiting.get(queue.queue)?.has(id) !== false)) continue;
      const ids = found.get(queue) ?? new Set();
      found.set(queue, ids.add(id));
    }
    return found;
  }

  /** Quickly for all of them, then for those that are suspect one by one: each is a search through all that waits. */
  async #judge(queue: SeenQueue, ids: ReadonlySet<string>): Promise<void> {
    const all = [...ids];
    for (let from = 0; from < all.length && !this.#isOver(); from += JOBS_PER_CALL) {
      const suspects = await inspectJobs(queue, all.slice(from, from + JOBS_PER_CALL), NEAR_THE_ENDS);
      for (const [id] of suspects) {
        if (this.#isOver()) return;
        this.#add((await inspectJobs(queue, [id], 0)).flatMap((row) => faultsOf(queue.queue, row)));
      }
    }
  }

  /** A process whose connection has just broken is back in a moment. */
  async #absentHolders(queue: SeenQueue): Promise<readonly QueueFault[]> {
    const [, first] = await readQueue(queue);
    if (first.length === 0) return [];
    await sleep(BACK_WITHIN_MS);
    const [, second] = await readQueue(queue);
    const wasAbsent = new Set(first.map((row) => row.join('\n')));
    const jobs = new Map<string, string[]>();
    for (const row of second) {
      const [jobId, workerId] = row;
      if (wasAbsent.has(row.join('\n'))) jobs.set(workerId, [...(jobs.get(workerId) ?? []), jobId]);
    }
    return [...jobs].map(([workerId, jobIds]) => ({ kind: 'absentHolder', queue: queue.queue, workerId, jobIds }));
  }

  async #waitingOf({ guard, keys }: SeenQueue): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    const list = `${keys.prefix}wait`;
    for (let from = 0; from < MOST_WAITING; from += KEYS_PER_CALL) {
      const page = await guard.read((client) => client.lrange(list, from, from + KEYS_PER_CALL - 1)).catch(() => []);
      for (const id of page) ids.add(id);
      if (page.length < KEYS_PER_CALL) break;
    }
    return ids;
  }

  #add(faults: readonly QueueFault[]): void {
    for (const fault of faults) {
      if (this.#faults.length < this.#options.mostFaults) this.#faults.push(fault);
      else this.#isWhole = false;
    }
  }

  #isOver(): boolean {
    const isOver = this.#options.signal?.aborted === true || this.#faults.length >= this.#options.mostFaults;
    if (isOver) this.#isWhole = false;
    return isOver;
  }
}

/** What lies in the places of the queue's own parts, and does not belong there. */
export async function readQueueFaults(queue: SeenQueue): Promise<readonly QueueFault[]> {
  const [parts] = await readQueue(queue);
  return parts.map(([part, found, expected, jobName]): QueueFault =>
    jobName === null
      ? { kind: 'wrongType', queue: queue.queue, key: queue.keys.prefix + part, found, expected }
      : { kind: 'misplacedJob', queue: queue.queue, jobId: part, jobName },
  );
}

async function readQueue({ guard, keys }: SeenQueue): Promise<QueueRows> {
  const args = [keys.prefix, MOST_ACTIVE, ...keys.presences];
  return (await guard.read((client) => scripts.inspectQueue.run(client, keys.channel, args))) as QueueRows;
}

async function inspectJobs({ guard, keys }: SeenQueue, ids: readonly string[], most: number) {
  const args = [keys.prefix, most, ...ids];
  return (await guard.read((client) => scripts.inspectJobs.run(client, keys.channel, args))) as readonly JobRow[];
}

function faultsOf(queue: string, [jobId, jobName, isStray]: JobRow): readonly QueueFault[] {
  const stray: QueueFault = { kind: 'strayLease', queue, jobId };
  const unlisted: QueueFault | undefined =
    jobName === null ? undefined : { kind: 'unlistedJob', queue, jobId, jobName };
  return [...(unlisted ? [unlisted] : []), ...(isStray === 1 ? [stray] : [])];
}

/** Mends one fault, if it still is one. `release` gives back what an absent worker held. */
export async function repairFault(
  queue: SeenQueue,
  fault: QueueFault,
  release: (workerId: string) => Promise<unknown>,
): Promise<RepairOutcome> {
  switch (fault.kind) {
    case 'unlistedJob':
    case 'strayLease':
      return repair(queue, 'repairJob', fault.jobId);
    case 'misplacedJob':
      return repair(queue, 'repairPart', fault.jobId);
    case 'absentHolder': {
      const [, absent] = await readQueue(queue);
      if (!absent.some(([, workerId]) => workerId === fault.workerId)) return 'gone';
      await release(fault.workerId);
      return 'repaired';
    }
    case 'wrongType':
      return 'left';
  }
}

async function repair({ guard, keys }: SeenQueue, name: 'repairJob' | 'repairPart', what: string) {
  const answer = await guard.run((client) => scripts[name].run(client, keys.channel, [keys.prefix, what]));
  return answer === 1 ? 'repaired' : 'gone';
}

function isPart(id: string): boolean {
  return id in PART_KINDS || OTHER_PARTS.has(id) || id.startsWith('acktor:');
}

const OTHER_PARTS = new Set(['waiting-children', 'repeat', 'stalled-check', 'metrics:completed', 'metrics:failed']);

type JobRow = readonly [id: string, jobName: string | null, isStray: number];
type QueueRows = readonly [
  parts: readonly (readonly [part: string, found: string, expected: string, jobName: string | null])[],
  absent: readonly (readonly [jobId: string, workerId: string])[],
];

/** About half a millisecond of the server's time. */
const KEYS_PER_CALL = 1_000;
/** A few milliseconds. */
const JOBS_PER_CALL = 100;
/** What came or went since the waiting jobs were read is near an end of the list. */
const NEAR_THE_ENDS = 1_000;
/** Some hundred megabytes here; and where more wait, no search for one of them ends in a few milliseconds. */
const MOST_WAITING = 1_000_000;
const MOST_ACTIVE = 1_000;
/** Longer than any grace time of a worker that runs. */
const BACK_WITHIN_MS = 1_000;
