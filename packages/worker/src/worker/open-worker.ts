// Assembles a worker: everything is checked before anything is opened, and nothing stays open when something fails.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { OptionsError } from '@acktor/core';
import { type ConnectedBroker, type Engine, systemClock } from '@acktor/core/engine';
import { flowEventQueue, GuardedLog, retentionIn } from '@acktor/core/internal';
import { quarantineOfThisProcess } from '../delivery/quarantine.js';
import { checkParameters, needsContainer } from '../handler/check-parameters.js';
import { emptyContainer, isContainer, type Container } from '../handler/container.js';
import { UnknownQueueError } from '../handler/load-handlers.js';
import { handlersByQueue, type QueueHandlers } from '../handler/handler-registry.js';
import { withActors } from '../handler/hosted-actor.js';
import { HandlerScopes } from '../handler/handler-scope.js';
import { definitionOf } from '../handler/handler.js';
import { freshContainer } from '../handler/tsyringe.js';
import { DeadJobs } from '../events/dead-jobs.js';
import { onDeadQueue } from '../events/death-notice.js';
import { onDead, type DeadListener } from '../events/on-dead.js';
import { WorkerEvents } from '../events/worker-events.js';
import { Feed } from '../feed/feed.js';
import { MachineRegistry } from '../feed/followed-actors.js';
import { Heartbeat } from '../heartbeat/heartbeat.js';
import { Flows } from '../flows/flows.js';
import { reportingEnds } from '../flows/step-ends.js';
import { connectInspector, type StatelyInspector } from './stately-inspector.js';
import { defaultLogger } from '../logger.js';
import { WorkerMetrics } from '../metrics/worker-metrics.js';
import { ConsumerPool } from './consumer-pool.js';
import { consumersOf, queuesNamedIn, unknownPolicyOf } from './by-queue.js';
import { limitedQueues, limitOf } from './rate-limits.js';
import type { CheckedWorkerOptions } from './worker-options.js';

/** What a worker consists of. */
export interface WorkerDeps {
  readonly id: string;
  readonly pools: readonly ConsumerPool[];
  readonly engine: Engine;
  readonly connected: ConnectedBroker;
  readonly heartbeat: Heartbeat;
  readonly feed: Feed;
  readonly scopes: HandlerScopes;
  readonly events: WorkerEvents;
  readonly deadJobs: DeadJobs;
  readonly flows: Flows;
  /** Undefined unless the options ask for them. */
  readonly metrics: WorkerMetrics | undefined;
  readonly inspector: StatelyInspector | undefined;
  readonly log: GuardedLog;
  readonly options: CheckedWorkerOptions;
}

/** Checks the handlers, connects, and opens a pool for each queue. Nothing is consumed yet. */
export async function openWorker(options: CheckedWorkerOptions, engine: Engine): Promise<WorkerDeps> {
  const queues = handlersByQueue(options.handlers, options.use);
  const listeners = [...options.onDead, ...options.handlers.flatMap(listenerOf)];
  refuseUnfit(options, [...queues.keys()], listeners);
  const container = options.container ?? defaultContainer(queues);
  const log = new GuardedLog(options.logger ?? defaultLogger());
  const id = newWorkerId();
  checkBuilding(container, queues, { log, id });
  const warn = (message: string) => log.warn({ worker: id }, message);
  const { namespace, connectTimeoutMs, countedMinutes } = options;
  const opening = {
    namespace,
    connectTimeoutMs,
    ...retentionIn(options),
    name: 'acktor-worker',
    role: 'worker' as const,
    worker: options.worker ?? id,
    countedMinutes,
    warn,
  };
  const connected = await engine.openBroker(opening);
  const scopes = new HandlerScopes(container, { clock: engine.clock ?? systemClock, log });
  let inspector: StatelyInspector | undefined;
  try {
    if (options.inspectUrl !== undefined) inspector = await connectInspector(options.inspectUrl, id);
    const lettersOf = (queue: string) => connected.broker.deadLetters(queue);
    const deadJobs = new DeadJobs({ listeners, lettersOf, limits: options, log });
    const flows = new Flows({ flows: options.flows, broker: connected.broker, limits: options });
    const all = withActors(flows.addedTo(queues), options.actors, { broker: connected.broker, limits: options });
    return await openPools(
      { id, scopes, log, engine, connected, inspector, options, events: new WorkerEvents(log), deadJobs, flows },
      all,
    );
  } catch (error) {
    inspector?.stop();
    await scopes.closeAll();
    await connected.close();
    throw error;
  }
}

/** @throws OptionsError, UnknownQueueError for a queue that is named and not consumed. */
function refuseUnfit(
  options: CheckedWorkerOptions,
  handled: readonly string[],
  listeners: readonly DeadListener[],
): void {
  const { handlers, flows, actors, consumers, unknown, limit } = options;
  if (handlers.length + flows.length + actors.length === 0) throw new OptionsError([NOTHING_TO_DO]);
  const ofFlows = flows.flatMap(({ queue }) => [queue, flowEventQueue(queue)]);
  const own = [...handled, ...ofFlows, ...actors.map(({ mailbox }) => mailbox.queue)];
  refuseUnreachable(listeners, own);
  const known = [...own, ...listeners.map(({ job }) => onDeadQueue(job.queue))];
  refuseUnknownQueues([...[consumers, unknown].flatMap(queuesNamedIn), ...limitedQueues(limit)], known);
  refuseFewConsumers(options);
}

const NOTHING_TO_DO = {
  option: 'handlers',
  message:
    'expected handlers to be an array of at least one class decorated with @handles(job), or function of handle(job, …), or flows or ' +
    'actors to have one, got an empty array, and none of these',
};

/** Host, process id and a random part: readable, and never used twice, so that a dead process cannot be taken for a new one. */
function newWorkerId(): string {
  const host = hostname().replaceAll(/[^A-Za-z0-9_-]/g, '-');
  return `${host}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** tsyringe is loaded only where there is something for it to build. */
function defaultContainer(queues: ReadonlyMap<string, QueueHandlers>): Container {
  return allInjected(queues).some(needsContainer) ? freshContainer() : emptyContainer;
}

/** Checks and logs what is known of the container before the first delivery: once, for it holds as long as the worker lives. */
function checkBuilding(
  container: Container,
  queues: ReadonlyMap<string, QueueHandlers>,
  { log, id }: { readonly log: GuardedLog; readonly id: string },
): void {
  if (container.createChildContainer && !isContainer(container.createChildContainer()))
    throw new OptionsError([NO_CHILD]);
  const builtAnew = checkParameters(container, allInjected(queues));
  if (builtAnew === undefined) log.info({ worker: id }, UNCHECKED);
  else if (builtAnew.length > 0) log.info({ worker: id, builtAnew: builtAnew.slice(0, MOST_NAMED) }, BUILT_ANEW);
}

const NO_CHILD = {
  option: 'container',
  message:
    'expected container to be one whose createChildContainer() returns another with resolve(), got one that does not',
};
const UNCHECKED =
  "this container is not tsyringe's: whether it can build the handlers, and what outlives a delivery, is not known before it does";
const BUILT_ANEW = 'these classes are built anew for each delivery; @singleton() lets deliveries share one';
const MOST_NAMED = 20;

type OpenDeps = Omit<WorkerDeps, 'pools' | 'heartbeat' | 'feed' | 'metrics'>;

async function openPools(deps: OpenDeps, queues: ReadonlyMap<string, QueueHandlers>): Promise<WorkerDeps> {
  const { id, engine, connected, options, deadJobs, log } = deps;
  const pools: ConsumerPool[] = [];
  const all = new Map([...queues, ...deadJobs.queues]);
  const feed = new Feed(id, new MachineRegistry(options.machines));
  let heartbeat: Heartbeat | undefined;
  try {
    heartbeat = await Heartbeat.start({
      ...options,
      engine,
      module: connected.module,
      address: connected.address,
      startWithinMs: connected.leftMs ?? options.connectTimeoutMs,
      process: id,
      queues: [...all.keys()],
      onCancel: ({ queue, ...cancel }) => pools.find((pool) => pool.queue === queue)?.cancel(cancel),
      onRenewed: ({ queue, numbers }, ageMs) =>
        pools.find((pool) => pool.queue === queue)?.leasesRenewed(numbers, ageMs),
      feed,
      log,
    });
    const isMetered = options.metrics || options.http !== undefined;
    const metrics = isMetered ? new WorkerMetrics(() => feed.lagP99Ms) : undefined;
    const open = { ...deps, heartbeat, feed, metrics };
    for (const [queue, handlers] of all) {
      pools.push(openPool(queue, handlers, open));
      void clearParts(queue, open);
    }
    for (const pool of pools) {
      feed.add(pool.feed);
      metrics?.add(pool);
    }
    return { ...open, pools };
  } catch (error) {
    deadJobs.close();
    await Promise.allSettled([...pools.map((pool) => pool.close()), heartbeat?.close()]);
    feed.close();
    throw error;
  }
}

function openPool(queue: string, handlers: QueueHandlers, open: Omit<WorkerDeps, 'pools'>): ConsumerPool {
  const { leaseMs, letGoMs, replaceStuckConsumers, limit, poisonLimit } = open.options;
  const workQueue = open.connected.broker.workQueue(queue);
  if (open.flows.eventQueues.has(queue)) workQueue.requireSendTo(queue);
  return new ConsumerPool({
    queue: workQueue,
    process: open.id,
    handlers,
    ...termsOf(queue, open),
    scopes: open.scopes,
    leaseMs,
    limit: limitOf(limit, queue),
    letGoMs,
    replaceStuckConsumers,
    poisonLimit,
    quarantine: quarantineOfThisProcess,
    longestWaitMs: LONGEST_WAIT_MS,
    onActivity: open.heartbeat.busy,
    ...(open.metrics && { onTransition: open.metrics.statesOf(queue).onTransition }),
    clock: open.engine.clock ?? systemClock,
    inspect: open.inspector?.inspect,
    events: open.events,
    reportEnds: reportingEnds(open.deadJobs.reporting(workQueue), open.flows.namesIn(queue)),
    log: open.log,
  });
}

/** How a queue is consumed: those of notices and of flows' events are Acktor's own, and a job there may be for other workers alone. */
function termsOf(queue: string, { options, deadJobs, flows }: Omit<WorkerDeps, 'pools'>) {
  const consumers = consumersOf(options.consumers, queue);
  const mostTimesLeft = Infinity;
  if (flows.eventQueues.has(queue))
    return { consumers: EVENTS_AT_ONCE, unknown: 'leave' as const, mostTimesLeft, limits: flows.eventLimits };
  if (!deadJobs.queues.has(queue))
    return { consumers, unknown: unknownPolicyOf(options.unknown, queue), mostTimesLeft, limits: options };
  const most = Math.min(consumers, MOST_CALLS_ON_DEAD);
  return { consumers: most, unknown: 'leave' as const, mostTimesLeft: MOST_TIMES_LEFT, limits: deadJobs.limits };
}

/**
 * A job whose id is the name of a part of its queue is in the way of all others: it gets another id, and becomes a dead letter. The start does not
 * wait for it: a script that comes upon such a job later moves it, too.
 */
async function clearParts(queue: string, { connected, log, id: worker }: OpenDeps): Promise<void> {
  try {
    const admin = connected.broker.admin();
    for (const fault of (await admin.symptoms(queue)).faults) {
      const outcome = await admin.repair(fault);
      log.warn({ worker, ...fault, outcome }, outcome === 'left' ? OF_ANOTHER_KIND : MISPLACED);
    }
  } catch (error) {
    log.debug({ err: error, worker, queue }, 'whether the parts of the queue are its own is not known');
  }
}

const MISPLACED = 'the id of a job is the name of a part of its queue: it got another, and becomes a dead letter';
const OF_ANOTHER_KIND =
  'a key of the queue holds another kind of value than the queue keeps there: rename or delete it, or settlements fail';

/** A batch that can never be full would wait its whole time for each of its calls. */
function refuseFewConsumers({ handlers, consumers }: CheckedWorkerOptions): void {
  for (const handler of handlers) {
    const definition = definitionOf(handler);
    const batch = definition?.batch;
    if (definition === undefined || batch === undefined) continue;
    const { job } = definition;
    const got = consumersOf(consumers, job.queue);
    if (got >= batch.size) continue;
    const message =
      `expected at least ${batch.size} consumers of queue ${job.queue}, got ${got} (${handler.name} takes ${batch.size} deliveries ` +
      'in a call, and each has a consumer of its own): raise consumers, or lower size';
    throw new OptionsError([{ option: 'consumers', message }]);
  }
}

/** What is said of a queue without a handler would have no effect. */
function refuseUnknownQueues(named: readonly string[], known: readonly string[]): void {
  const strangers = [...new Set(named)].filter((queue) => !known.includes(queue));
  if (strangers.length > 0) throw new UnknownQueueError(strangers, known);
}

/** A dead letter of a queue that this worker does not consume is stored by others, and nothing here would be called. */
function refuseUnreachable(listeners: readonly DeadListener[], queues: readonly string[]): void {
  const stranger = listeners.find(({ job }) => !queues.includes(job.queue));
  if (stranger === undefined) return;
  const { name, queue } = stranger.job;
  const known = `this worker consumes ${queues.join(', ')}`;
  const message = `expected onDead for jobs of the worker's own queues, got job ${name} of queue ${queue}; ${known}`;
  throw new OptionsError([{ option: 'onDead', message }]);
}

function listenerOf(handler: unknown): readonly DeadListener[] {
  const definition = definitionOf(handler);
  return definition?.onDead ? [onDead<never>(definition.job as never, definition.onDead)] : [];
}

function allInjected(queues: ReadonlyMap<string, QueueHandlers>) {
  return [...queues.values()].flatMap((handlers) => [...handlers.values()].map(({ injected }) => injected));
}

/** A left notice comes back every five seconds: for about a day. Then it is a dead letter of its own queue. */
const MOST_TIMES_LEFT = 17_280;

/** At a time, in a process. */
const MOST_CALLS_ON_DEAD = 10;

/** Of one flow, they are applied one after another. */
const EVENTS_AT_ONCE = 4;

/** The longest that BullMQ blocks (6.7). A wake signal that a dying worker took along is given again by the reaper, sooner. */
const LONGEST_WAIT_MS = 10_000;
