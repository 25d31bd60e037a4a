// Where a queue lies in Redis: BullMQ's key names, and Acktor's own beside them.
import { databasePart } from '../connection/database-part.js';

/** The key names of one queue. Acktor's own live below `acktor:`, where no id of a new job can reach (it holds no colon). */
export interface QueueKeys {
  /** What a job's id is appended to. */
  readonly prefix: string;
  /** The keys of a channel's group script, in the order that the script expects. */
  readonly channel: readonly string[];
  /** The keys of the group script that sends jobs, in the order that the script expects. */
  readonly send: readonly string[];
  readonly marker: string;
  readonly active: string;
  readonly delayed: string;
  readonly completed: string;
  readonly failed: string;
  readonly events: string;
  /** Written before a wait for a confirmation, so that there is something to wait for. */
  readonly barrier: string;
  /** The pub/sub channel on which workers hear of cancelled jobs. */
  readonly control: string;
  /** The keys of the reaper's scripts: the channel's, then who is suspect of having died, whose turn it is, when the last was, and who died. */
  readonly reaper: readonly string[];
  readonly suspects: string;
  /** Who died while it held jobs of the queue, the last first. */
  readonly deaths: string;
  /** What a process's presence channel begins with; its id follows. In the queue's own slot, where scripts can count it. */
  readonly presence: string;
  /**
   * All that presence channels begin with: a process shows itself on each, and is there when any has it. From database 1 on the second is
   * that of workers which did not name it: without, they and newer ones would take each other for dead.
   */
  readonly presences: readonly string[];
}

/** What more than its name says where a queue lies. */
export interface QueuePlace {
  readonly isInCluster?: boolean;
  /** The number of the database; default 0. Part of the channels' names from 1 on, for Redis tells those of databases not apart. */
  readonly database?: number;
}

/**
 * Names the keys of a queue. `namespace` is BullMQ's prefix, by default `bull`, as every BullMQ client has it.
 *
 * In a cluster the queue's name stands in braces, so that all its keys have one slot, and other queues other ones. A BullMQ client
 * finds it there as `new Queue('{name}')`.
 */
export function queueKeys(namespace: string, queue: string, place: QueuePlace = {}): QueueKeys {
  const { isInCluster = false, database = 0 } = place;
  const prefix = `${namespace}:${isInCluster ? `{${queue}}` : queue}:`;
  const key = (name: string) => prefix + name;
  const presence = `${prefix}acktor:${databasePart(database)}alive:`;
  return {
    prefix,
    channel: CHANNEL_KEYS.map(key),
    send: SEND_KEYS.map(key),
    marker: key('marker'),
    active: key('active'),
    delayed: key('delayed'),
    completed: key('completed'),
    failed: key('failed'),
    events: key('events'),
    barrier: key('acktor:confirm'),
    control: key(`acktor:${databasePart(database)}control`),
    reaper: [...CHANNEL_KEYS, 'acktor:suspects', 'acktor:turn', 'acktor:last-turn', 'acktor:deaths'].map(key),
    suspects: key('acktor:suspects'),
    deaths: key('acktor:deaths'),
    presence,
    presences: [...new Set([presence, key('acktor:alive:')])],
  };
}

const CHANNEL_KEYS = [
  'wait',
  'active',
  'prioritized',
  'events',
  'stalled',
  'limiter',
  'delayed',
  'paused',
  'meta',
  'pc',
  'marker',
  'completed',
  'failed',
] as const;

const SEND_KEYS = [
  'wait',
  'paused',
  'meta',
  'id',
  'completed',
  'delayed',
  'active',
  'events',
  'marker',
  'prioritized',
  'pc',
] as const;
