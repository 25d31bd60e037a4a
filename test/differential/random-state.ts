// A random state of one queue: what waits, is due, is held by whom, is kept, and how the queue is set.
import type { Dice } from './dice.js';
import { addJob } from './random-job.js';
import { PREFIX, StateDraft, type Command } from './state-draft.js';

/** A job that somebody holds or held, as far as a settlement needs to know it. */
export interface HeldJob {
  readonly id: string;
  readonly leaseToken: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface QueueState {
  readonly now: number;
  readonly commands: readonly Command[];
  /** The jobs that may be settled: most are ours, and all is well with most. */
  readonly held: readonly HeldJob[];
  readonly waiting: readonly HeldJob[];
  /** Those of the held ones that have children to wait for, and none that died. */
  readonly waitsForChildren: ReadonlySet<string>;
  readonly retention: {
    readonly ackedAgeSeconds: number;
    readonly ackedCount: number;
    /** Whether that holds for our own jobs alone. */
    readonly keepsOthers: boolean;
    /** Whether some of those may have to go, which BullMQ knows nothing of. */
    readonly mayForgetOwn: boolean;
  };
  /** The limit of the worker, which BullMQ calls its limiter. */
  readonly limit: { readonly max: number; readonly durationMs: number } | undefined;
}

/** Draws up a state. The same dice draw the same one. */
export function randomState(dice: Dice): QueueState {
  const draft = new StateDraft(1_700_000_000_000 + dice.int(0, 1_000_000_000));
  const keepsOthers = dice.chance(0.3);
  const ackedCount = dice.pick(
    keepsOthers ? [2, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000] : [1, 2, 3, 5, 8, 10_000],
  );
  const ackedAgeSeconds = dice.pick([1, 60, 3_600]);
  const hasAged = !keepsOthers || dice.chance(0.1);
  const mayForgetOwn = keepsOthers && (hasAged || ackedCount < 100);
  const retention = { ackedAgeSeconds, ackedCount, keepsOthers, mayForgetOwn, hasAged };
  addSettings(dice, draft);
  addEvents(dice, draft);
  const held = addActive(dice, draft);
  const waiting = addWaiting(dice, draft);
  addPrioritized(dice, draft);
  addDelayed(dice, draft);
  addFinished(dice, draft, retention);
  addSmallThings(dice, draft, [...held, ...waiting]);
  const limit = dice.odd('limit of the worker', 0.15) ? { max: dice.int(1, 5), durationMs: 350_000 } : undefined;
  const waitsForChildren = new Set(held.map(({ id }) => id).filter((id) => hasToWait(draft, id)));
  return { now: draft.now, commands: draft.commands, held, waiting, waitsForChildren, retention, limit };
}

function hasToWait({ commands }: StateDraft, id: string): boolean {
  const has = (part: string) => commands.some(([, key]) => key === `${PREFIX}${id}:${part}`);
  return has('dependencies') && !has('unsuccessful');
}

function addSettings(dice: Dice, draft: StateDraft): void {
  const set = (field: string, value: number | string) => draft.add('HSET', `${PREFIX}meta`, field, value);
  if (!dice.odd('fresh events', 0.1)) set('opts.maxLenEvents', dice.pick([0, 1, 5, 20, 20, 10_000]));
  if (dice.odd('odd length of events', 0.03))
    set('opts.maxLenEvents', dice.pick(['-1', 'many', '12345678901234567890']));
  if (dice.odd('paused', 0.12)) set('paused', 1);
  if (dice.odd('concurrency', 0.15)) set('concurrency', dice.int(1, 6));
  if (!dice.odd('rate limit', 0.15)) return;
  set('max', dice.int(1, 5));
  set('duration', 350_000);
  if (dice.chance(0.7)) draft.add('SET', `${PREFIX}limiter`, dice.int(1, 5), ...dice.pick([['PX', '250000'], []]));
}

/** Some streams are so long that one trim is not enough: Redis trims at most so many entries at a time. */
function addEvents(dice: Dice, draft: StateDraft): void {
  const count = dice.chance(0.02) ? dice.int(190, 420) : dice.int(0, 30);
  for (let i = 1; i <= count; i += 1) draft.add('XADD', `${PREFIX}events`, `${i}-1`, 'event', 'before', 'jobId', i);
}

function addActive(dice: Dice, draft: StateDraft): HeldJob[] {
  return Array.from({ length: dice.int(0, 10) }, (_, i) => {
    const id = draft.freshId(dice, 'held');
    const leaseToken = `process|consumer-${i}|${dice.int(1, 9)}`;
    const priority = dice.odd('priority', 0.3) ? dice.int(1, 3) : 0;
    const fields = addJob(dice, draft, { id, priority, deliveries: dice.int(1, 3) });
    addLease(dice, draft, { id, leaseToken });
    return { id, leaseToken, fields };
  });
}

function addLease(dice: Dice, draft: StateDraft, { id, leaseToken }: Omit<HeldJob, 'fields'>): void {
  const token = dice.odd('foreign lease', 0.1) ? 'elsewhere|consumer|1' : leaseToken;
  if (!dice.odd('expired lease', 0.12)) draft.add('SET', `${PREFIX + id}:lock`, token, 'PX', 150_000);
  if (!dice.odd('not active', 0.06)) draft.add('LPUSH', `${PREFIX}active`, id);
  if (dice.odd('twice in a list', 0.02)) draft.add('LPUSH', `${PREFIX}active`, id);
}

function addWaiting(dice: Dice, draft: StateDraft): HeldJob[] {
  if (dice.odd('broken job', 0.03)) addBrokenJob(dice, draft);
  const length = dice.chance(0.25) ? 0 : dice.int(1, 12);
  return Array.from({ length }, () => {
    const id = draft.freshId(dice, 'waiting');
    const fields = addJob(dice, draft, { id });
    if (fields.name !== undefined && dice.odd('odd count of deliveries', 0.02))
      draft.add('HSET', PREFIX + id, 'ats', dice.pick(['many', '1.5', '-3', '123456789012']));
    draft.add('LPUSH', `${PREFIX}wait`, id);
    if (dice.odd('twice in a list', 0.02)) draft.add('LPUSH', `${PREFIX}wait`, id);
    if (dice.odd('old marker', 0.03)) draft.add('LPUSH', `${PREFIX}wait`, dice.pick(['0:0', '0:1700000000000']));
    return { id, leaseToken: 'process|consumer-0|0', fields };
  });
}

/** A key that is no hash: whoever fetches the job gets an error, and the others their jobs. */
function addBrokenJob(dice: Dice, draft: StateDraft): void {
  const id = draft.freshId(dice, 'broken');
  draft.add('SET', PREFIX + id, 'no job');
  draft.add('LPUSH', `${PREFIX}wait`, id);
}

function addPrioritized(dice: Dice, draft: StateDraft): void {
  if (!dice.chance(0.15) && !dice.odd('priority', 0.3)) return;
  const count = dice.int(1, 5);
  for (let i = 1; i <= count; i += 1) {
    const id = draft.freshId(dice, 'prioritized');
    const priority = dice.int(1, 4);
    addJob(dice, draft, { id, priority });
    draft.add('ZADD', `${PREFIX}prioritized`, priority * 0x100000000 + i, id);
  }
  if (dice.chance(0.8)) draft.add('SET', `${PREFIX}pc`, count);
}

function addDelayed(dice: Dice, draft: StateDraft): void {
  const count = dice.chance(0.7) ? 0 : dice.int(1, 4);
  for (let i = 0; i < count; i += 1) {
    const id = draft.freshId(dice, 'delayed');
    addJob(dice, draft, { id, delayMs: 5_000, priority: dice.odd('priority', 0.3) ? 2 : 0 });
    const dueInMs = dice.odd('due', 0.4) ? dice.int(-2, 0) * dice.pick([0, 1, 1_000]) : dice.int(1, 10_000);
    draft.add('ZADD', `${PREFIX}delayed`, (draft.now + dueInMs) * 0x1000 + i, id);
  }
}

function addFinished(
  dice: Dice,
  draft: StateDraft,
  { ackedAgeSeconds, ackedCount, hasAged }: QueueState['retention'] & { readonly hasAged: boolean },
): void {
  const near = Math.max(0, Math.min(ackedCount, 10) + dice.int(-6, 3));
  for (let i = 0; i < near; i += 1) {
    const id = draft.freshId(dice, 'acked');
    const fields = addJob(dice, draft, { id, deliveries: 1, wasAcked: true });
    if (fields.name !== undefined) draft.add('HSET', PREFIX + id, 'returnvalue', 'null', 'finishedOn', draft.now - 1);
    const agoMs = Math.min(finishedAgoMs(dice, ackedAgeSeconds), hasAged ? Infinity : ackedAgeSeconds * 1_000 - 1);
    draft.add('ZADD', `${PREFIX}completed`, draft.now - agoMs, id);
  }
  const failed = dice.chance(0.8) ? 0 : dice.int(1, 4);
  for (let i = 0; i < failed; i += 1) {
    const id = draft.freshId(dice, 'failed');
    addJob(dice, draft, { id, deliveries: 1 });
    draft.add('ZADD', `${PREFIX}failed`, draft.now - dice.int(0, 100_000), id);
  }
}

/** Most finished within the age that is kept; some at this moment, some too long ago, and some by a clock that is ahead. */
function finishedAgoMs(dice: Dice, ageSeconds: number): number {
  if (dice.odd('acked now', 0.1)) return 0;
  if (dice.odd('clock ahead', 0.05)) return -dice.int(1, 5_000);
  if (dice.odd('aged', 0.1)) return ageSeconds * 1_000 + dice.int(-1, 2_000);
  return dice.int(1, Math.min(20, ageSeconds * 1_000 - 1));
}

function addSmallThings(dice: Dice, draft: StateDraft, jobs: readonly HeldJob[]): void {
  if (dice.chance(0.3)) draft.add('ZADD', `${PREFIX}marker`, 0, '0');
  if (dice.chance(0.2)) draft.add('ZADD', `${PREFIX}marker`, draft.now + 99, '1');
  if (dice.chance(0.3)) draft.add('SET', `${PREFIX}id`, 17);
  for (const { id, fields } of jobs) {
    if (dice.chance(0.08)) draft.add('SADD', `${PREFIX}stalled`, id);
    // Its hash was lost once, and the id sent again. With a parent, it would be acked and waited for at once: then BullMQ takes it off what
    // its parent waits for when it forgets the first of the two, and the fast path does not look.
    if (fields.parentKey === undefined && dice.odd('acked once', 0.02))
      draft.add('ZADD', `${PREFIX}completed`, draft.now - dice.int(1, dice.pick([3, 900])), id);
    // Held and waiting at once, as after a repair by hand.
    if (dice.odd('held and waiting', 0.02)) draft.add('LPUSH', `${PREFIX}wait`, id);
  }
  if (dice.odd('misplaced job', 0.02)) addMisplacedJob(dice, draft);
}

/** Plain BullMQ accepts a job with the id `active`: its hash lies where a part of the queue should. */
function addMisplacedJob(dice: Dice, draft: StateDraft): void {
  const key = PREFIX + dice.pick(['active', 'events', 'marker', 'stalled', 'completed', 'wait', 'prioritized']);
  draft.add('DEL', key);
  draft.add('HSET', key, 'name', 'misplaced', 'data', '{}');
}
