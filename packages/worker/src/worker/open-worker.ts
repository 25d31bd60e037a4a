// Puts a worker together: everything is checked before anything is opened, and nothing stays open when something fails.
import { connectBroker, GuardedLog, type ConnectedBroker } from '@acktor/core/broker';
import { systemClock } from '../channel/clock.js';
import { quarantineOfThisProcess } from '../delivery/quarantine.js';
import { checkParameters } from '../handler/check-parameters.js';
import { UnknownQueueError } from '../handler/handler-file-errors.js';
import { handlersByQueue, type QueueHandlers } from '../handler/handler-registry.js';
import { freshContainer, type Container } from '../handler/handler-scope.js';
import { Feed } from '../feed/feed.js';
import { MachineShelf } from '../feed/machine-shelf.js';
import { Heartbeat } from '../heartbeat/heartbeat.js';
import { connectInspector, type StatelyInspector } from '../inspection/stately-inspector.js';
import { defaultLogger } from '../log/logger.js';
import { WorkerMetrics } from '../metrics/worker-metrics.js';
import { Crew } from './crew.js';
import { newWorkerId } from './worker-id.js';
import { consumersOf, type CheckedWorkerOptions, type ConsumerCounts } from './worker-options.js';

/** What a worker consists of. */
export interface WorkerParts {
  readonly id: string;
  readonly crews: readonly Crew[];
  readonly connected: ConnectedBroker;
  readonly heartbeat: Heartbeat;
  readonly feed: Feed;
  /** Undefined unless the options ask for them. */
  readonly metrics: WorkerMetrics | undefined;
  readonly inspector: StatelyInspector | undefined;
  readonly log: GuardedLog;
  readonly options: CheckedWorkerOptions;
}

/** Checks the handlers, connects, and opens a crew for each queue. Nothing is consumed yet. */
export async function openWorker(options: CheckedWorkerOptions): Promise<WorkerParts> {
  const queues = handlersByQueue(options.handlers);
  refuseStrangers(options.consumers, [...queues.keys()]);
  const container = options.container ?? freshContainer();
  for (const { handlerClass } of allHandlers(queues)) checkParameters(container, handlerClass);
  const log = new GuardedLog(options.logger ?? defaultLogger());
  const id = newWorkerId();
  const warn = (message: string) => log.warn({ worker: id }, message);
  const connected = await connectBroker({ ...options, name: 'acktor-worker', warn });
  let inspector: StatelyInspector | undefined;
  try {
    if (options.inspectUrl !== undefined) inspector = await connectInspector(options.inspectUrl, id);
    return await openCrews({ id, container, log, connected, inspector, options }, queues);
  } catch (error) {
    inspector?.stop();
    await connected.close();
    throw error;
  }
}

type OpenParts = Omit<WorkerParts, 'crews' | 'heartbeat' | 'feed' | 'metrics'> & { readonly container: Container };

async function openCrews(parts: OpenParts, queues: ReadonlyMap<string, QueueHandlers>): Promise<WorkerParts> {
  const { id, connected, options, log } = parts;
  const crews: Crew[] = [];
  const feed = new Feed(id, new MachineShelf(options.machines));
  let heartbeat: Heartbeat | undefined;
  try {
    heartbeat = await Heartbeat.start({
      ...options,
      url: connected.address.revealUrl(),
      startWithinMs: connected.time.leftMs,
      process: id,
      queues: [...queues.keys()],
      onCancel: ({ queue, ...cancel }) => crews.find((crew) => crew.queue === queue)?.cancel(cancel),
      feed,
      log,
    });
    const metrics = options.metrics ? new WorkerMetrics(() => feed.lagP99Ms) : undefined;
    const open = { ...parts, heartbeat, feed, metrics };
    for (const [queue, handlers] of queues) crews.push(openCrew(queue, handlers, open));
    for (const crew of crews) {
      feed.add(crew.feed);
      metrics?.add(crew);
    }
    return { ...open, crews };
  } catch (error) {
    await Promise.allSettled([...crews.map((crew) => crew.close()), heartbeat?.close()]);
    feed.close();
    throw error;
  }
}

function openCrew(
  queue: string,
  handlers: QueueHandlers,
  open: Omit<WorkerParts, 'crews'> & { container: Container },
): Crew {
  const { leaseMs, leanPath, consumers, poisonLimit } = open.options;
  return new Crew({
    queue: open.connected.broker.workQueue(queue),
    process: open.id,
    consumers: consumersOf(consumers, queue),
    handlers,
    container: open.container,
    leaseMs,
    leanPath,
    poisonLimit,
    quarantine: quarantineOfThisProcess,
    limits: open.options,
    longestWaitMs: LONGEST_WAIT_MS,
    onActivity: () => open.heartbeat.busy(),
    ...(open.metrics && { onStep: open.metrics.statesOf(queue).onStep }),
    clock: systemClock,
    inspect: open.inspector?.inspect,
    log: open.log,
  });
}

/** A number for a queue that no handler is for would be heeded by nobody. */
function refuseStrangers(counts: ConsumerCounts, known: readonly string[]): void {
  const named = typeof counts === 'number' ? [] : Object.keys(counts);
  const strangers = named.filter((queue) => !known.includes(queue));
  if (strangers.length > 0) throw new UnknownQueueError(strangers, known);
}

function allHandlers(queues: ReadonlyMap<string, QueueHandlers>) {
  return [...queues.values()].flatMap((handlers) => [...handlers.values()]);
}

/** The longest that BullMQ blocks (6.7). A sign that a dying worker took along is given again by the reaper, sooner. */
const LONGEST_WAIT_MS = 10_000;
