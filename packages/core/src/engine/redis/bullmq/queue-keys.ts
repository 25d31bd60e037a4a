// The keys of a queue in Redis: BullMQ's names, and Acktor's own beside them.
import { NameError } from '../../../errors.js';
import { quoted } from '../../../foreign-text/foreign-text.js';
import { databasePart } from '../connection/address.js';
import { KEY_LISTS, OWN_KEYS } from './scripts/built-scripts.js';

/** The key names of one queue. Acktor's own live below `acktor:`, where no id of a new job can reach (it holds no colon). */
export interface QueueKeys {
  /** The queue's name as BullMQ's clients have it: in a cluster in braces. */
  readonly name: string;
  /** What a job's id is appended to. */
  readonly prefix: string;
  /** The keys of a channel's batch script, in the order that the script expects. */
  readonly channel: readonly string[];
  /** The keys of the batch script that sends jobs, in the order that the script expects. */
  readonly send: readonly string[];
  /** The keys of the scripts of schedules, in the order that they expect. */
  readonly schedules: readonly string[];
  readonly marker: string;
  readonly active: string;
  readonly delayed: string;
  readonly completed: string;
  readonly failed: string;
  readonly events: string;
  /** Written before a wait for a confirmation, so that there is something to wait for. */
  readonly barrier: string;
  /** The pub/sub channel on which workers receive cancels. */
  readonly control: string;
  /** The keys of the reaper's scripts, in the order that they expect. */
  readonly reaper: readonly string[];
  readonly suspects: string;
  /** Which queues in other slots were ever sent to with settlements; the outbox of each has the same key with its name behind. */
  readonly outboxes: string;
  /** The jobs whose deaths have listeners. */
  readonly listeners: string;
  /** The processes that died while they held jobs of the queue, the last first. */
  readonly deaths: string;
  /** The exchanges of the namespace: given for each queue, and meant of {@link EXCHANGES_HOME} alone. */
  readonly exchanges: string;
  /** The prefix of a process's presence channel; its id follows. In the queue's own slot, where scripts can count subscribers. */
  readonly presence: string;
  /**
   * All prefixes of presence channels: a process subscribes to each, and is present when any has it. From database 1 on the second is that
   * of older workers, whose names lack the database: without it, they and newer ones would take each other for dead.
   */
  readonly presences: readonly string[];
}

/** The exchanges of a namespace lie where the keys of a queue of this name would, so that in a cluster their outboxes are in their slot. */
export const EXCHANGES_HOME = 'acktor-exchanges';

/** Where a queue lies, besides its name. */
export interface QueueLocation {
  readonly isInCluster?: boolean;
  /** The number of the database; default 0. Part of the pub/sub channels' names from 1 on: Redis does not separate them by database. */
  readonly database?: number;
}

/**
 * Names the keys of a queue. `namespace` is BullMQ's prefix, by default `bull`, as every BullMQ client has it.
 *
 * In a cluster the queue's name is in braces, so that all its keys have one slot, and other queues other ones. A BullMQ client
 * finds it there as `new Queue('{name}')`. A queue whose name or namespace has such a part already, as BullMQ's clients in clusters
 * have it (`{name}`, the prefix `{bull}`), keeps its keys.
 *
 * @throws NameError in a cluster, for a name of which no part decides the slot: `{}`.
 */
export function queueKeys(namespace: string, queue: string, place: QueueLocation = {}): QueueKeys {
  const { isInCluster = false, database = 0 } = place;
  const name = isInCluster ? nameInCluster(namespace, queue) : queue;
  const prefix = `${namespace}:${name}:`;
  const key = (part: string) => prefix + part;
  const named = (part: string) => key(isOwn(part) ? OWN_KEYS[part] : part);
  const presence = `${prefix}acktor:${databasePart(database)}alive:`;
  return {
    name,
    prefix,
    channel: KEY_LISTS.channel.map(named),
    send: KEY_LISTS.send.map(key),
    schedules: KEY_LISTS.schedules.map((name) => key(name === 'schedulers' ? 'repeat' : name)),
    marker: key('marker'),
    active: key('active'),
    delayed: key('delayed'),
    completed: key('completed'),
    failed: key('failed'),
    events: key('events'),
    barrier: key('acktor:confirm'),
    control: key(`acktor:${databasePart(database)}control`),
    reaper: KEY_LISTS.reaper.map(named),
    suspects: key(OWN_KEYS.suspects),
    deaths: key(OWN_KEYS.deaths),
    outboxes: key(OWN_KEYS.outboxes),
    listeners: key(OWN_KEYS.listeners),
    exchanges: key(OWN_KEYS.exchanges),
    presence,
    presences: [...new Set([presence, key('acktor:alive:')])],
  };
}

function isOwn(name: string): name is keyof typeof OWN_KEYS {
  return name in OWN_KEYS;
}

/** The name of a worker's blocking connection, by which `queue.getWorkers()` of BullMQ's clients (6.7) knows it. */
export function workerClientName(namespace: string, { name }: Pick<QueueKeys, 'name'>, worker?: string): string {
  const queue = Buffer.from(name).toString('base64');
  return `${namespace}:${queue}${worker === undefined ? '' : `:w:${worker}`}`;
}

/** The queue's part of its keys in a cluster. @throws NameError. */
function nameInCluster(namespace: string, queue: string): string {
  const names = [queue, `{${queue}}`];
  const name = names.find((each) => hasHashTag(`${namespace}:${each}:`));
  if (name !== undefined) return name;
  const got = `queue ${quoted(queue)} in namespace ${quoted(namespace)}`;
  throw new NameError(
    `expected names that give all keys of a queue one slot of the cluster, got ${got} (leave out "{}")`,
  );
}

/** Whether the slot of every key that begins so is that of a part in braces: the first one, if there is something in it. */
function hasHashTag(prefix: string): boolean {
  const begin = prefix.indexOf('{');
  return begin >= 0 && prefix.indexOf('}', begin) > begin + 1;
}

/** The name of the queue that has a key `<namespace>:<part>:…`: what {@link queueKeys} makes that part of. */
export function queueOfKey(namespace: string, part: string, { isInCluster = false }: QueueLocation = {}): string {
  const bare = isInCluster ? /^\{(.+)\}$/s.exec(part)?.[1] : undefined;
  return bare !== undefined && !hasHashTag(`${namespace}:${bare}:`) ? bare : part;
}
