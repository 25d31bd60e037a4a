// What the scripts of this folder and the TypeScript around them have in common: names of keys, of arguments and of fields, and limits.
//
// Plain data, for the build reads it before anything is compiled: it puts values in the place of names in the .lua files, and writes all of it,
// with the texts of the scripts, into `built-scripts.ts`.

/** What BullMQ keeps under each name of a queue, and under the key of a job with what stands after a colon (6.7). */
export const PART_KINDS = {
  '': 'hash',
  ':dependencies': 'set',
  ':processed': 'hash',
  ':failed': 'hash',
  ':unsuccessful': 'zset',
  wait: 'list',
  active: 'list',
  prioritized: 'zset',
  events: 'stream',
  stalled: 'set',
  limiter: 'string',
  delayed: 'zset',
  paused: 'list',
  meta: 'hash',
  id: 'string',
  pc: 'string',
  marker: 'zset',
  completed: 'zset',
  failed: 'zset',
  repeat: 'zset',
  'waiting-children': 'zset',
};

/** Acktor's own keys of a queue, by their names in scripts. They lie below `acktor:`, where no id of a new job can reach (it holds no colon). */
export const OWN_KEYS = {
  suspects: 'acktor:suspects',
  turn: 'acktor:turn',
  lastTurn: 'acktor:last-turn',
  deaths: 'acktor:deaths',
  outboxes: 'acktor:outboxes',
  /** The names of the jobs whose deaths have listeners, by when a process said so last. */
  listeners: 'acktor:on-dead',
  /** Groups: the ids that have their turn, by key; `includes/turns.lua`. */
  turns: 'acktor:turns',
  /** Of a namespace: its exchanges and bindings, by their names, and their version. */
  exchanges: 'acktor:exchanges',
};

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
];

/** The keys that a script takes, in their order, by the name of the list in its header: `KEYS.wait`. */
export const KEY_LISTS = {
  channel: CHANNEL_KEYS,
  send: ['wait', 'paused', 'meta', 'id', 'completed', 'delayed', 'active', 'events', 'marker', 'prioritized', 'pc'],
  /** The channel's, then the suspects, whose turn it is, when the last was, and the dead processes. */
  reaper: [...CHANNEL_KEYS, 'suspects', 'turn', 'lastTurn', 'deaths'],
  suspects: ['suspects'],
  /** As BullMQ's `addJobScheduler` expects them (6.7). The schedulers lie in `repeat`, which is a word of Lua. */
  schedules: [
    'schedulers',
    'delayed',
    'wait',
    'paused',
    'meta',
    'prioritized',
    'marker',
    'id',
    'events',
    'pc',
    'active',
  ],
  outboxes: ['outboxes'],
  listeners: ['listeners'],
  /** Of a namespace, not of a queue; behind it, in a publish on one server, the keys of the jobs that it adds. */
  exchanges: ['exchanges'],
  /** Of a namespace, not of a queue. */
  outboxRegistry: ['registry'],
  none: [],
};

/** A delivery that is settled or renewed. The generation is its fence and how many leases its job has lost, with a slash between. */
const LEASE = ['jobId', 'leaseToken', 'generation'];

/**
 * What one entry of a channel's call begins with, and the arguments that follow:
 * - `ack`: for a job that the queue's retention holds for; its number of fields when it was fetched, how many attempts it has made with this one;
 * - `keep`: an ack with a retention of its own, as JSON;
 * - `deadLetter` and `retry`: the job's own retention or '', the attempt to remember as JSON or '', the stack traces as JSON, and then '1' when it
 *   was the last attempt; or the delay (ms), and the command that puts the job back without one: LPUSH at the tail, RPUSH at the head;
 * - `requeue`: the attempt to remember or '';
 * - `postpone`: a requeue for later (ms, from 1);
 * - `waitForChildren`: as `requeue`, when its children have ended.
 */
export const CHANNEL_WORDS = {
  fetch: ['leaseToken'],
  ack: [...LEASE, 'fieldCount', 'attemptsMade', 'result'],
  keep: [...LEASE, 'fieldCount', 'attemptsMade', 'result', 'retention'],
  deadLetter: [...LEASE, 'retention', 'attempt', 'reason', 'stacks', 'isExhausted'],
  retry: [...LEASE, 'retention', 'attempt', 'reason', 'stacks', 'delayMs', 'push'],
  requeue: [...LEASE, 'attempt'],
  postpone: [...LEASE, 'attempt', 'delayMs'],
  waitForChildren: [...LEASE, 'attempt'],
};

/**
 * What is repeated at the end of a script's arguments, part by part: `ARGV[at + ENTRY.run.name]`, where `at` is the place of its first. An entry of a
 * channel's call begins with its word; `settled` is what all of them begin with but a fetch.
 */
export const ENTRIES = {
  ...Object.fromEntries(Object.entries(CHANNEL_WORDS).map(([word, parts]) => [word, ['word', ...parts]])),
  settled: ['word', ...LEASE],
  lease: LEASE,
  /** Jobs to send of one name and the same options; the id and the payload of each follow. */
  run: ['jobCount', 'name', 'options', 'jobs'],
  death: ['jobId', 'deliveries'],
  /**
   * A job that is sent with the settlement of an entry, by the number of that, from 1; the prefix is that of the keys of its queue. The target is that
   * queue when it lies in another slot, and '' when it does not.
   */
  send: ['entry', 'prefix', 'target', 'jobId', 'name', 'options', 'payload'],
  /** The key of a job that is settled, by the number of the entry that settles it; `isOver` is '1' when its turn ends with it. */
  turn: ['entry', 'key', 'jobId', 'turns', 'isOver'],
  /** A record that is written with the settlement of an entry, by the number of that; the labels are a JSON list, and keptMs '' for ever. */
  write: ['entry', 'jobId', 'store', 'id', 'expected', 'value', 'labels', 'keptMs'],
  /** What an operator sets of a key. */
  setting: ['name', 'value'],
  /** A job in an outbox: a list of these parts for each target, whose sequence numbers grow. */
  outgoing: ['sequence', 'jobId', 'name', 'options', 'payload'],
  /** A queue that gets what is published: the prefix of its keys, and in a cluster its name. */
  route: ['prefix', 'target', 'jobId', 'name', 'options'],
  /** A run of a schedule that was fetched, and the next one. */
  fetchedRun: ['schedule', 'jobId', 'atMs', 'options', 'asks'],
};

/**
 * The fields of BullMQ's job hash that Acktor reads (6.7: `atm` attempts made, `ats` started, `stc` stalls), in their order in a fetched job's text;
 * the last two are its own.
 */
export const JOB_FIELDS = [
  'name',
  'data',
  'opts',
  'timestamp',
  'priority',
  'atm',
  'ats',
  'stc',
  'defa',
  'stacktrace',
  'cancel',
  'suspicions',
];

/** Where each of them stands in that text. */
export const FIELD_PLACES = Object.fromEntries(JOB_FIELDS.map((field, place) => [field, place]));

/** The fields of a plain job before its first fetch, in the order in which BullMQ's scripts store them (6.7: `storeJob`). */
export const STORED_FIELDS = ['name', 'data', 'opts', 'timestamp', 'delay', 'priority'];

/** What makes a job more than a plain one. */
export const FAMILY_FIELDS = ['parentKey', 'parent', 'deid'];

/** Single values: `CONST.keptAttempts`. */
export const CONSTANTS = {
  /** Stands in a fetched job's text where others have the number of their fields: the job has the first five fields alone, and this is its first start. */
  newJobMark: 'new',
  /** How many fields such a job has once it is fetched: those that BullMQ stores, and three of its start. */
  newJobFields: STORED_FIELDS.length + 3,
  /** BullMQ counts the jobs that are due in the same millisecond in the lowest twelve bits of a delayed job's score. */
  dueUnitsPerMs: 0x1000,
  /** BullMQ keeps a job's priority in the upper bits of its score, and the order of its arrival in the lower 32. */
  priorityUnits: 0x100000000,
  /** Of a job's history. */
  keptAttempts: 50,
  /** Of a job's stack traces. */
  keptStacks: 10,
  /** Of a queue's dead processes. */
  keptDeaths: 100,
  deathsKeptMs: 86_400_000,
  /** The most jobs that have ended which one call forgets: others wait as long. Lua unpacks some 8,000 values at most, and a job has six keys. */
  forgottenAtOnce: 500,
  /** How many of our own acked jobs are forgotten together, where so many are a tenth of what is kept: one by one costs more than an ack. */
  forgottenTogether: 100,
  /** The age of the oldest is asked with one ack in so many, and with each as long as no more are kept. */
  acksPerLook: 16,
  /** Of the queue's hash: up to when all acked jobs that are left are other clients', in ms. */
  passedField: 'acktorPassedMs',
  /** In the stored options of a job that a producer of Acktor sent (`SENT_BY_ACKTOR`), as JSON has it. */
  sentByAcktor: '"ak":1',
  /** By how much a delayed job must be late for a worker to be woken for it that does not know of it: OVERDUE_MS in `engine/liveness.ts`. */
  overdueMs: 50,
  /**
   * How far apart the deaths of one moment are noticed at most. With 50 ms, the jobs of eight processes that were killed at once came back out of
   * order in 5 of 12 runs on two slow cores; with this in none of 12 (`npm run chaos -- --quick --only 3`).
   */
  togetherMs: 150,
  /**
   * How much of the grace time one check of a suspect counts for at most; checks come every 25 ms. A machine that stands still for a moment must not
   * count that as time in which the process could have come back: the process that wakes first would take its neighbours for dead.
   */
  mostPerLookMs: 60,
  /** Enough for any grace time. */
  mostLooks: 10,
  /** Longer ago, the last turn says that the fleet was gone rather than the server. */
  lastTurnKeptMs: 3_600_000,
  listenersKeptMs: 86_400_000,
  /** How long keys of ours outlive their queue, which BullMQ's `obliterate()` removes without them: each is renewed by what uses it. */
  ownKeptMs: 2_592_000_000,
  hourMs: 3_600_000,
  /** Beside each target's outbox, whose name follows after a colon: a hash of the highest sequence number in each so far. */
  outboxesKey: OWN_KEYS.outboxes,
  /** Groups (`includes/turns.lua`): the ids that have their turn, by key; the line of each key; all that is held in lines, by when it came. */
  turnsKey: OWN_KEYS.turns,
  linesKey: 'acktor:line:',
  heldKey: 'acktor:held',
  /** When the bucket of a key with a rate is full again, in ms; gone once it is. */
  ratesKey: 'acktor:rate:',
  /** What operators have set: `turns` and `rate` for every key, `turns:<key>`, `rate:<key>` and `paused:<key>` for one. */
  keySettingsKey: 'acktor:key-settings',
  /** Whose turn it is to mend turns, and how far it has come. */
  mendingKey: 'acktor:mending',
  mendedKey: 'acktor:mended',
  /** How many turns of a key are looked at together, and how many are given in one call: others wait as long. */
  turnsLookedAt: 4,
  turnsGivenAtOnce: 1_000,
  /** How many jobs of a line are passed over in one call that were removed by other clients. */
  mostPassedOver: 1_000,
  /**
   * What the keys of records begin with (`includes/settled-writes.lua`): `:<store>:<id>` one, `s:<store>` all of a store, `s:<store>:<label>` those
   * with a label; `-ends:<store>`, `-labels:<store>` and `-stores`.
   */
  recordsKey: 'acktor:record',
  /** The reply to a settlement whose record was written since it was read. */
  staleRecord: 'the record was changed since it was read',
  /** At the target: a hash of the highest sequence number that it has of each queue's outbox. */
  marksKey: 'acktor:forwarded',
  /** How many jobs one fetch passes over whose ids are no text. */
  mostBuried: 50,
  /** How many jobs at an end of a place are looked at for one that may be dropped, and how many are dropped for one that is sent. */
  droppableAmong: 20,
  droppedForOne: 20,
  /** How many jobs a call of a producer looks at that may have expired, in each place. */
  sweptAtOnce: 100,
  /** In the hash of the exchanges, where no name begins so. */
  versionField: '#version',
  /** The name of a dead letter of which nothing is left but its id. */
  removedJob: 'removed',
};
