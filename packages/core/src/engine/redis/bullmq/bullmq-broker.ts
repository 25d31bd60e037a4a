// The broker on BullMQ queues: lines for the calls, and one more connection for each wait.
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { LineListener, Lines } from '../connection/lines.js';
import type { ScriptClient } from '../connection/redis-script.js';
import { examineServer, type ServerExam } from '../connection/server-exam.js';
import type { ServerFacts } from '../connection/server-facts.js';
import type { DeadProcess, ReleasedJobs } from '../../dead-process.js';
import type { Broker, JobEnd } from '../../broker.js';
import type { WorkQueue } from '../../work-queue.js';
import { ClosedError } from '../../broker-errors.js';
import type { Confirm, ConfirmDemand, FurtherConfirm } from '../../confirm.js';
import { BullmqWorkQueue, type Retention } from './bullmq-work-queue.js';
import type { CancelOutcome } from '../../cancel-outcome.js';
import type { DeadLetterStore } from '../../dead-letter-store.js';
import type { OutgoingJob, SendAnswer } from '../../sending.js';
import { BullmqDeadLetters } from './dead-letters/bullmq-dead-letters.js';
import { BullmqAdmin } from './admin/bullmq-admin.js';
import { QueueNames, type AskServers } from './admin/queue-names.js';
import type { QueueAdmin } from '../../../operator/queue-admin.js';
import { cancelScript } from './cancelling/cancel-script.js';
import { ConfirmLine } from './confirming/confirm-line.js';
import { fsyncWay } from './confirming/fsync-way.js';
import type { QueueWatcher } from '../../job-events.js';
import { EventStream } from './events/event-stream.js';
import { JobEnds } from './events/job-ends.js';
import { QueueEvents } from './events/queue-events.js';
import { queueKeys, type QueueKeys } from './queue-keys.js';
import { releaseDeadArguments, releaseDeadScript } from './reaping/release-dead-script.js';
import { addJobs } from './sending/send-call.js';

/** What the broker stands on. */
export interface BullmqBrokerDeps {
  /** Carry every call that does not block. Closed with the broker. */
  readonly lines: Lines;
  /** Opens a further connection of the same kind, for commands that block, to the server that has the key. `name` is for people. */
  readonly openClient: (name: string, key: string, signal?: AbortSignal) => Promise<ConnectionGuard>;
  /** Asks every server that has keys. */
  readonly askServers: AskServers;
  /** What the server is, as it was when the client connected. */
  readonly server: ServerFacts;
  /** BullMQ's prefix. */
  readonly namespace: string;
  /** The number of the database. */
  readonly database: number;
  readonly retention: Retention;
  /** Whether ordinary sends, acks and fetches may take the fast path of their scripts. */
  readonly fastPath: boolean;
}

/** The {@link Broker} on BullMQ. */
export class BullmqBroker implements Broker {
  readonly #deps: BullmqBrokerDeps;
  readonly #names: QueueNames;
  readonly #keys = new Map<string, QueueKeys>();
  readonly #ends = new Map<string, JobEnds>();
  readonly #events = new Map<string, QueueEvents>();
  readonly #streams = new Map<string, EventStream>();
  /** By the confirmation that they wait for, as JSON. */
  readonly #confirmLines = new Map<string, ConfirmLine>();
  readonly #queues = new Set<WorkQueue>();
  #closing: Promise<void> | undefined;

  constructor(deps: BullmqBrokerDeps) {
    this.#deps = deps;
    this.#names = new QueueNames(deps);
  }

  async send(queue: string, jobs: readonly OutgoingJob[], demand?: ConfirmDemand): Promise<readonly SendAnswer[]> {
    this.#requireOpen();
    this.#names.remember(queue);
    const keys = this.#keysOf(queue);
    const { fastPath, server } = this.#deps;
    const add = (client: ScriptClient) => addJobs(client, { keys, jobs, fastPath, maxTextBytes: server.maxTextBytes });
    const line = demand && this.#confirmLineOf(queue, demand.confirm);
    if (!line) return this.#guardOf(queue).run(add);
    const { added, shortfall } = await line.send({ add, barrierKey: keys.barrier, timeoutMs: demand.timeoutMs });
    return shortfall ? added.map((outcome) => (typeof outcome === 'string' ? { shortfall } : outcome)) : added;
  }

  requireConfirm(confirm: Confirm): void {
    if (confirm === 'fsync') fsyncWay(this.#deps.server);
  }

  connected(queue: string, confirm: Confirm, signal: AbortSignal): Promise<void> {
    const line = confirm === 'accepted' ? undefined : this.#confirmLineOf(queue, confirm);
    return line ? line.connected(signal) : this.#guardOf(queue).whole(signal);
  }

  async ended(queue: string, jobId: string, signal: AbortSignal): Promise<JobEnd> {
    this.#requireOpen();
    return this.#endsOf(queue).of(jobId, signal);
  }

  async follow(queue: string, watcher: QueueWatcher): Promise<() => void> {
    this.#requireOpen();
    return this.#eventsOf(queue).follow(watcher);
  }

  async cancel(queue: string, jobId: string, why: string): Promise<CancelOutcome> {
    this.#requireOpen();
    const { prefix, channel, control } = this.#keysOf(queue);
    const args = [prefix, jobId, why, control];
    return (await this.#guardOf(queue).run((client) => cancelScript.run(client, channel, args))) as CancelOutcome;
  }

  deadLetters(queue: string): DeadLetterStore {
    this.#requireOpen();
    return new BullmqDeadLetters(this.#keysOf(queue), this.#guardOf(queue));
  }

  admin(): QueueAdmin {
    this.#requireOpen();
    const keysOf = (queue: string) => this.#keysOf(queue);
    return new BullmqAdmin({ keysOf, guardOf: (queue) => this.#guardOf(queue), names: this.#names });
  }

  /** Looks how each server that has keys does. */
  examine(): Promise<readonly ServerExam[]> {
    this.#requireOpen();
    return this.#deps.askServers(examineServer);
  }

  workQueue(name: string): WorkQueue {
    this.#requireOpen();
    this.#names.remember(name);
    const { openClient, retention, server, fastPath } = this.#deps;
    const keys = this.#keysOf(name);
    const openWaitClient = (signal: AbortSignal) => openClient(`acktor-wait-${name}`, keys.marker, signal);
    const deps = {
      name,
      keys,
      guard: this.#guardOf(name),
      openWaitClient,
      retention,
      maxTextBytes: server.maxTextBytes,
      fastPath,
    };
    const queue = new BullmqWorkQueue(deps);
    this.#queues.add(queue);
    return queue;
  }

  onConnection(listener: LineListener): () => void {
    return this.#deps.lines.onChange(listener);
  }

  async releaseDead(queue: string, dead: DeadProcess): Promise<ReleasedJobs> {
    this.#requireOpen();
    const { reaper, prefix } = this.#keysOf(queue);
    const args = [prefix, ...releaseDeadArguments(queue, dead)];
    const answer = await this.#guardOf(queue).run((client) => releaseDeadScript.run(client, reaper, args));
    const [returned, suspected] = answer as readonly [string[], string[]];
    return { returned, suspected };
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#deps.lines.silence();
    for (const events of this.#events.values()) events.close();
    // Streams first, lest what is asked of a server that hangs is waited for.
    const deps = [...this.#streams.values(), ...this.#queues, ...this.#ends.values(), ...this.#confirmLines.values()];
    await Promise.all(deps.map((part) => part.close()));
    await this.#deps.lines.close();
  }

  #endsOf(queue: string): JobEnds {
    const known = this.#ends.get(queue);
    if (known) return known;
    const deps = { keys: this.#keysOf(queue), guard: this.#guardOf(queue), stream: this.#streamOf(queue) };
    const ends = new JobEnds(deps);
    this.#ends.set(queue, ends);
    return ends;
  }

  #eventsOf(queue: string): QueueEvents {
    const known = this.#events.get(queue);
    if (known) return known;
    const deps = { keys: this.#keysOf(queue), guard: this.#guardOf(queue), stream: this.#streamOf(queue) };
    const events = new QueueEvents(deps);
    this.#events.set(queue, events);
    return events;
  }

  /** One connection for all who want to know what happens to the queue's jobs. */
  #streamOf(queue: string): EventStream {
    const known = this.#streams.get(queue);
    if (known) return known;
    const key = this.#keysOf(queue).events;
    const openClient = (signal: AbortSignal) => this.#deps.openClient(`acktor-events-${queue}`, key, signal);
    const stream = new EventStream({ key, openClient });
    this.#streams.set(queue, stream);
    return stream;
  }

  /** Undefined when the server confirms so with every answer. */
  #confirmLineOf(queue: string, confirm: FurtherConfirm): ConfirmLine | undefined {
    const { server, openClient: open } = this.#deps;
    const way = confirm === 'fsync' ? fsyncWay(server) : undefined;
    if (way === 'always') return undefined;
    // Where all queues lie on one server, their sends share its waits.
    const name = JSON.stringify([confirm, server.isCluster ? queue : '']);
    const openClient = (signal: AbortSignal) => open('acktor-confirm', this.#keysOf(queue).barrier, signal);
    const deps = { confirm, openClient, watchesFsync: way === 'watch' };
    const line = this.#confirmLines.get(name) ?? new ConfirmLine(deps);
    this.#confirmLines.set(name, line);
    return line;
  }

  #guardOf(queue: string): ConnectionGuard {
    return this.#deps.lines.to(queue, this.#keysOf(queue).marker);
  }

  #keysOf(queue: string): QueueKeys {
    const known = this.#keys.get(queue);
    if (known) return known;
    const { namespace, database, server } = this.#deps;
    const keys = queueKeys(namespace, queue, { isInCluster: server.isCluster, database });
    this.#keys.set(queue, keys);
    return keys;
  }

  #requireOpen(): void {
    if (this.#closing) throw new ClosedError('broker');
  }
}
