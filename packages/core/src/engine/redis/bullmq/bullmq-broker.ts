// The broker on BullMQ queues: connections for the calls, and one more for each wait.
import slotOf from 'cluster-key-slot';
import type { ConnectionGuard, ConnectionListener, Connections } from '../connection/connection-guard.js';
import type { ScriptClient } from '../connection/redis-script.js';
import { examineServer, type ServerExam, type ServerFacts } from '../connection/server-facts.js';
import type {
  Broker,
  CancelOutcome,
  Confirm,
  ConfirmDemand,
  DeadProcess,
  JobEnd,
  QueueWatcher,
  ReleasedJobs,
  SendAnswer,
  SendOutcome,
  SendRefusal,
} from '../../broker.js';
import type { OutgoingJob, WorkQueue } from '../../work-queue.js';
import { ClosedError } from '../../broker-errors.js';
import { TEMPORARY } from '../../exchange-store.js';
import { NameError } from '../../../errors.js';
import { quoted } from '../../../foreign-text/foreign-text.js';
import { BullmqWorkQueue } from './bullmq-work-queue.js';
import type { Retention } from '../../retention.js';
import type { SendTarget } from './channel/channel-call.js';
import type { DeadLetterStore } from '../../dead-letter-store.js';
import { BullmqDeadLetters } from './bullmq-dead-letters.js';
import type { ScheduleStore } from '../../schedule-store.js';
import type { ExchangeStore } from '../../exchange-store.js';
import { BullmqExchanges } from './sending/bullmq-exchanges.js';
import type { KeyStore } from '../../key-store.js';
import { BullmqKeys } from './bullmq-keys.js';
import type { FlowStore } from '../../flow-store.js';
import { BullmqFlows } from './bullmq-flows.js';
import type { RecordStore } from '../../record-store.js';
import { releaseDeadArguments } from './bullmq-liveness.js';
import { BullmqRecords } from './bullmq-records.js';
import { BullmqSchedules } from './schedules/bullmq-schedules.js';
import { BullmqAdmin } from './admin/bullmq-admin.js';
import { QueueNames, type AskServers } from './admin/queue-names.js';
import type { QueueAdmin } from '../../../operator/queue-admin.js';
import { EventStream } from './events/event-stream.js';
import { JobEnds } from './events/job-ends.js';
import { QueueEvents } from './events/queue-events.js';
import { EXCHANGES_HOME, queueKeys, workerClientName, type QueueKeys } from './queue-keys.js';
import { scripts } from './scripts/scripts.js';
import { ConfirmedSendsByKind } from './sending/confirmed-sends.js';
import { wholeQueue } from './sending/dropping.js';
import { fsyncMethod } from './sending/fsync.js';
import type { Outbox } from './sending/outbox.js';
import { Outboxes } from './sending/outboxes.js';
import { addJobs } from './sending/send-call.js';

/** What the broker needs. */
export interface BullmqBrokerDeps {
  /** Carry every call that does not block. Closed with the broker. */
  readonly connections: Connections;
  /** Opens a further connection of the same kind, for commands that block, to the server that has the key. `name` is for people. */
  readonly openClient: (name: string, key: string, signal?: AbortSignal) => Promise<ConnectionGuard>;
  /** Asks every server that has keys. */
  readonly askServers: AskServers;
  /** The server's properties when the client connected. */
  readonly server: ServerFacts;
  /** BullMQ's prefix. */
  readonly namespace: string;
  /** The number of the database. */
  readonly database: number;
  readonly retention: Retention;
  /** What people call the worker; undefined for one without a name, and for what is none. */
  readonly worker: string | undefined;
  /** For how many minutes its queues keep how many of their jobs ended; 0 for none. */
  readonly countedMinutes: number;
  /** Whether ordinary sends, acks and fetches may take the fast path of their scripts. */
  readonly fastPath: boolean;
  /** Whether it forwards what others have left in their outboxes, in a cluster. */
  readonly forwardsForAll: boolean;
}

/** What the broker keeps of one queue. What is undefined is made when it is first needed. */
interface QueueState {
  readonly name: string;
  readonly keys: QueueKeys;
  /** Whether the list of all queues has its name, or is about to. */
  isListed: boolean;
  guard: ConnectionGuard | undefined;
  stream: EventStream | undefined;
  ends: JobEnds | undefined;
  events: QueueEvents | undefined;
  outbox: Outbox | undefined;
}

/** The {@link Broker} on BullMQ. */
export class BullmqBroker implements Broker {
  readonly #deps: BullmqBrokerDeps;
  readonly #names: QueueNames;
  readonly #queues = new Map<string, QueueState>();
  readonly #confirmedSends: ConfirmedSendsByKind;
  readonly #workQueues = new Set<WorkQueue>();
  /** Undefined on one server, which takes everything in one step. */
  readonly #outboxes: Outboxes | undefined;
  #closing: Promise<void> | undefined;

  constructor(deps: BullmqBrokerDeps) {
    this.#deps = deps;
    this.#outboxes = deps.server.isCluster ? new Outboxes(deps) : undefined;
    this.#confirmedSends = new ConfirmedSendsByKind(deps);
    this.#names = new QueueNames(deps);
  }

  async send(queue: string, jobs: readonly OutgoingJob[], demand?: ConfirmDemand): Promise<readonly SendAnswer[]> {
    const state = this.#queueOf(queue);
    this.#list(state);
    const { keys } = state;
    const { fastPath, server } = this.#deps;
    const add = (client: ScriptClient) => addJobs(client, { keys, jobs, fastPath, maxTextBytes: server.maxTextBytes });
    const confirmed = demand && this.#confirmedSends.of(state, demand.confirm);
    if (!confirmed) return this.#guardOf(state).run(add);
    const { added, shortfall } = await confirmed.send({ add, barrierKey: keys.barrier, timeoutMs: demand.timeoutMs });
    return shortfall ? added.map((outcome) => (isRefused(outcome) ? outcome : { shortfall })) : added;
  }

  requireConfirm(confirm: Confirm): void {
    if (confirm === 'fsync') fsyncMethod(this.#deps.server);
  }

  connected(queue: string, confirm: Confirm, signal: AbortSignal): Promise<void> {
    const state = this.#stateOf(queue);
    const confirmed = confirm === 'accepted' ? undefined : this.#confirmedSends.of(state, confirm);
    return confirmed ? confirmed.connected(signal) : this.#guardOf(state).whole(signal);
  }

  async ended(queue: string, jobId: string, signal: AbortSignal): Promise<JobEnd> {
    return this.#endsOf(this.#queueOf(queue)).of(jobId, signal);
  }

  async expectEnd(queue: string, jobId: string, signal: AbortSignal): Promise<() => Promise<JobEnd>> {
    return this.#endsOf(this.#queueOf(queue)).expect(jobId, signal);
  }

  async follow(queue: string, watcher: QueueWatcher): Promise<() => void> {
    return this.#eventsOf(this.#queueOf(queue)).follow(watcher);
  }

  async cancel(queue: string, jobId: string, why: string): Promise<CancelOutcome> {
    const state = this.#queueOf(queue);
    const { prefix, channel, control } = state.keys;
    const args = [prefix, jobId, why, control];
    return (await this.#guardOf(state).run((client) => scripts.cancel.run(client, channel, args))) as CancelOutcome;
  }

  deadLetters(queue: string): DeadLetterStore {
    const state = this.#queueOf(queue);
    return new BullmqDeadLetters(state.keys, this.#guardOf(state));
  }

  schedules(queue: string): ScheduleStore {
    const state = this.#queueOf(queue);
    return new BullmqSchedules(state.keys, this.#guardOf(state), () => this.#list(state));
  }

  keys(queue: string): KeyStore {
    const state = this.#queueOf(queue);
    return new BullmqKeys(state.keys, this.#guardOf(state));
  }

  flows(queue: string): FlowStore {
    const state = this.#queueOf(queue);
    const prefixOf = (name: string) => this.#stateOf(name).keys.prefix;
    return new BullmqFlows({ keys: state.keys, guard: this.#guardOf(state), prefixOf });
  }

  exchanges(): ExchangeStore {
    const state = this.#queueOf(EXCHANGES_HOME);
    const { server } = this.#deps;
    const guard = this.#guardOf(state);
    const targetOf = (queue: string) => this.#targetOf(state, queue);
    const forget = (queue: string) => this.#names.remove(queue);
    const guardTo = (name: string, key: string) => this.#deps.connections.to(name, key);
    const wholeOf = (queue: string) => wholeQueue(queue, this.#keysOf(queue), { forget, guardTo });
    const sending = { targetOf, wholeOf, outbox: this.#outboxOf(state), confirmed: this.#confirmedSends };
    return new BullmqExchanges({ name: state.name, keys: state.keys, guard, server, ...sending });
  }

  records(queue: string): RecordStore {
    const state = this.#queueOf(queue);
    return new BullmqRecords(state.keys, this.#guardOf(state));
  }

  admin(): QueueAdmin {
    this.#requireOpen();
    const keysOf = (queue: string) => this.#stateOf(queue).keys;
    const guardOf = (queue: string) => this.#guardOf(this.#stateOf(queue));
    const release = (queue: string, process: string) =>
      this.releaseDead(queue, { process, deliveryLimit: LIMIT_OF_REPAIRS });
    return new BullmqAdmin({ ...this.#deps, keysOf, guardOf, names: this.#names, release });
  }

  /** Examines each server that has keys. */
  examine(): Promise<readonly ServerExam[]> {
    this.#requireOpen();
    return this.#deps.askServers(examineServer);
  }

  workQueue(name: string): WorkQueue {
    const state = this.#queueOf(name);
    this.#list(state);
    const { keys } = state;
    const { openClient, retention, server, fastPath, namespace, worker, countedMinutes } = this.#deps;
    const clientName = workerClientName(namespace, keys, worker);
    const openWaitClient = (signal: AbortSignal) => openClient(clientName, keys.marker, signal);
    const { maxTextBytes } = server;
    const guard = this.#guardOf(state);
    const targetOf = (target: string) => this.#targetOf(state, target);
    const outbox = this.#outboxOf(state);
    const sending = { targetOf, outbox };
    const deps = { name, keys, guard, openWaitClient, retention, maxTextBytes, fastPath, countedMinutes, ...sending };
    const queue = new BullmqWorkQueue(deps);
    this.#workQueues.add(queue);
    return queue;
  }

  onConnection(listener: ConnectionListener): () => void {
    return this.#deps.connections.onChange(listener);
  }

  async releaseDead(queue: string, dead: DeadProcess): Promise<ReleasedJobs> {
    const state = this.#queueOf(queue);
    const { reaper, prefix } = state.keys;
    const args = [prefix, ...releaseDeadArguments(queue, dead)];
    const answer = await this.#guardOf(state).run((client) => scripts.releaseDead.run(client, reaper, args));
    const [returned, suspected] = answer as readonly [string[], string[]];
    return { returned, suspected };
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#deps.connections.silence();
    const queues = [...this.#queues.values()];
    for (const { events } of queues) events?.close();
    // Streams first, so that nothing waits for an answer of a server that hangs.
    await Promise.all([
      ...queues.map(({ outbox }) => outbox?.close()),
      this.#outboxes?.close(),
      ...queues.map(({ stream }) => stream?.close()),
      ...[...this.#workQueues].map((queue) => queue.close()),
      ...queues.map(({ ends }) => ends?.close()),
      this.#confirmedSends.close(),
    ]);
    await this.#deps.connections.close();
  }

  #endsOf(state: QueueState): JobEnds {
    const { keys } = state;
    return (state.ends ??= new JobEnds({ keys, guard: this.#guardOf(state), stream: this.#streamOf(state) }));
  }

  #eventsOf(state: QueueState): QueueEvents {
    const { keys } = state;
    return (state.events ??= new QueueEvents({ keys, guard: this.#guardOf(state), stream: this.#streamOf(state) }));
  }

  /** One connection for everything that follows the queue's jobs. */
  #streamOf(state: QueueState): EventStream {
    const { name, keys } = state;
    const openClient = (signal: AbortSignal) => this.#deps.openClient(`acktor-events-${name}`, keys.events, signal);
    return (state.stream ??= new EventStream({ key: keys.events, openClient }));
  }

  #guardOf(state: QueueState): ConnectionGuard {
    return (state.guard ??= this.#deps.connections.to(state.name, state.keys.marker));
  }

  /** A queue to which jobs are sent with settlements of another. */
  #targetOf({ keys }: QueueState, queue: string): SendTarget {
    const isPassing = queue.startsWith(TEMPORARY);
    // Of those that come and go nothing is kept here.
    const target = isPassing ? { keys: this.#keysOf(queue) } : this.#stateOf(queue);
    if ('name' in target) this.#list(target);
    const isElsewhere = this.#deps.server.isCluster && slotOf(keys.marker) !== slotOf(target.keys.marker);
    return { prefix: target.keys.prefix, outbox: isElsewhere ? target.keys.name : undefined };
  }

  #outboxOf(source: QueueState): Outbox | undefined {
    return (source.outbox ??= this.#outboxes?.open(source.keys, this.#guardOf(source)));
  }

  /** In the background: a list that is late by one call does not fail the call. */
  #list(state: QueueState): void {
    if (state.isListed) return;
    state.isListed = true;
    this.#names.add([state.name]).catch(() => (state.isListed = false));
  }

  /** @throws ClosedError */
  #queueOf(queue: string): QueueState {
    this.#requireOpen();
    return this.#stateOf(queue);
  }

  #stateOf(name: string): QueueState {
    const known = this.#queues.get(name);
    if (known) return known;
    const keys = this.#keysOf(name);
    if (this.#deps.server.isCluster) this.#requireOneName(name, keys);
    const state: QueueState = {
      name,
      keys,
      isListed: false,
      guard: undefined,
      stream: undefined,
      ends: undefined,
      events: undefined,
      outbox: undefined,
    };
    this.#queues.set(name, state);
    return state;
  }

  #keysOf(queue: string): QueueKeys {
    const { namespace, database, server } = this.#deps;
    return queueKeys(namespace, queue, { isInCluster: server.isCluster, database });
  }

  /** In a cluster `{payments}` and `payments` have the same keys: two channels of one process would settle each other's deliveries. */
  #requireOneName(name: string, { prefix }: QueueKeys): void {
    const other = [...this.#queues.values()].find(({ keys }) => keys.prefix === prefix);
    if (other === undefined) return;
    const names = `${quoted(other.name)} and ${quoted(name)}`;
    throw new NameError(
      `expected one name for each queue of a cluster, got ${names}, which have the same keys: use one of them`,
    );
  }

  #requireOpen(): void {
    if (this.#closing) throw new ClosedError('broker');
  }
}

function isRefused(outcome: SendOutcome | SendRefusal): outcome is SendRefusal {
  return typeof outcome === 'object' && 'refused' in outcome;
}

/** As a worker has it by default. */
const LIMIT_OF_REPAIRS = 20;
