// One job as BullMQ keeps it, with the families, options and past that jobs can have.
import type { Dice } from './dice.js';
import { OTHER_PREFIX, PREFIX, type StateDraft } from './state-draft.js';

/** What decides how a job looks. */
export interface JobAsk {
  readonly id: string;
  /** 0 is none. */
  readonly priority?: number;
  readonly delayMs?: number;
  /** How often it was delivered before. */
  readonly deliveries?: number;
  /** A job that was acked is none that its parent waits for: BullMQ takes it off in the same script. */
  readonly wasAcked?: boolean;
}

/** Adds a job's hash, and what may lie around it, to the state. Answers the fields; none when the hash is missing. */
export function addJob(dice: Dice, draft: StateDraft, ask: JobAsk): Readonly<Record<string, string>> {
  if (dice.odd('missing job', 0.06)) return {};
  const fields = {
    ...ordinaryFields(dice, draft, ask),
    ...pastFields(dice, ask.deliveries ?? (dice.chance(0.3) ? 1 : 0)),
    ...parentFields(dice, draft, ask),
    ...deduplicationFields(dice, draft, ask.id),
    ...(dice.odd('poisoned', 0.05) ? { defa: 'child failed' } : {}),
    ...(dice.odd('cancelled', 0.05) ? { cancel: 'not wanted any more' } : {}),
  };
  draft.add('HSET', PREFIX + ask.id, ...Object.entries(fields).flat());
  addFamily(dice, draft, ask.id);
  return fields;
}

function ordinaryFields(dice: Dice, draft: StateDraft, { priority = 0, delayMs = 0 }: JobAsk): Record<string, string> {
  return {
    name: 'note',
    data: JSON.stringify({ text: 'x'.repeat(dice.int(0, 40)) }),
    opts: JSON.stringify(randomOptions(dice, priority)),
    timestamp: String(draft.now - dice.int(1, 100_000)),
    delay: String(delayMs),
    priority: String(priority),
  };
}

function randomOptions(dice: Dice, priority: number): object {
  return {
    ...(priority > 0 ? { priority } : {}),
    ...(dice.chance(0.3) ? { attempts: dice.int(1, 5) } : {}),
    ...(dice.chance(0.1) ? { lifo: true } : {}),
    ...(dice.chance(0.5) ? { ak: 1 } : {}),
    ...(dice.odd('own retention', 0.15) ? { removeOnComplete: dice.pick(RETENTIONS) } : {}),
    ...(dice.odd('own retention', 0.15) ? { removeOnFail: dice.pick(RETENTIONS) } : {}),
  };
}

const RETENTIONS = [
  true,
  false,
  0,
  1,
  3,
  { age: 0 },
  { age: 60 },
  { count: 2 },
  { age: 60, count: 3 },
  { age: 60, limit: 1 },
];

function pastFields(dice: Dice, deliveries: number): Record<string, string> {
  if (deliveries === 0) return {};
  return {
    ats: String(deliveries),
    processedOn: '1699999999000',
    pb: 'process',
    ...(dice.chance(0.4) ? { atm: String(dice.int(1, 3)), failedReason: 'before', stacktrace: '["before"]' } : {}),
    ...(dice.chance(0.2) ? { stc: String(dice.int(1, 2)) } : {}),
  };
}

function parentFields(dice: Dice, draft: StateDraft, { id, wasAcked = false }: JobAsk): Record<string, string> {
  if (!dice.odd('parent', 0.15)) return {};
  const prefix = dice.pick([PREFIX, OTHER_PREFIX]);
  const parentId = draft.freshId(dice, 'parent');
  addParent(dice, draft, { key: prefix + parentId, prefix, parentId, childKey: wasAcked ? undefined : PREFIX + id });
  const onFailure = dice.pick([{}, { fpof: true }, { cpof: true }, { idof: true }, { rdof: true }]);
  const parent = JSON.stringify({ id: parentId, queueKey: prefix.slice(0, -1), ...onFailure });
  // Old versions kept the key alone.
  return dice.chance(0.9) ? { parentKey: prefix + parentId, parent } : { parentKey: prefix + parentId };
}

interface ParentAsk {
  readonly key: string;
  readonly prefix: string;
  readonly parentId: string;
  /** Undefined when it no longer waits for the child. */
  readonly childKey: string | undefined;
}

function addParent(dice: Dice, draft: StateDraft, { key, prefix, parentId, childKey }: ParentAsk): void {
  if (dice.chance(0.1)) return;
  const delay = dice.pick([0, 0, 5_000]);
  draft.add(
    'HSET',
    key,
    'name',
    'parent',
    'data',
    '{}',
    'opts',
    '{}',
    'delay',
    delay,
    'priority',
    dice.pick([0, 0, 2]),
  );
  if (childKey !== undefined && dice.chance(0.9)) draft.add('SADD', `${key}:dependencies`, childKey);
  if (dice.chance(0.4)) draft.add('SADD', `${key}:dependencies`, `${OTHER_PREFIX}elsewhere`);
  const seat = dice.pick(['waiting-children', 'waiting-children', 'delayed', 'failed']);
  draft.add('ZADD', prefix + seat, seat === 'delayed' ? (draft.now + 5_000) * 0x1000 : draft.now - 10, parentId);
}

function deduplicationFields(dice: Dice, draft: StateDraft, id: string): Record<string, string> {
  if (!dice.odd('deduplication', 0.12)) return {};
  const key = `${PREFIX}de:d-${id}`;
  const holder = dice.pick([id, id, 'another']);
  if (dice.chance(0.8)) draft.add('SET', key, holder, ...dice.pick([[], ['PX', '250000']]));
  if (dice.chance(0.4)) addNextOfSameId(dice, draft, id);
  return { deid: `d-${id}` };
}

function addNextOfSameId(dice: Dice, draft: StateDraft, id: string): void {
  const opts = {
    de: { id: `d-${id}`, keepLastIfActive: dice.chance(0.5) },
    ...dice.pick([{}, { priority: 3 }, { delay: 900 }]),
  };
  const next = { name: 'next', data: '{}', opts: JSON.stringify(opts), ...dice.pick([{}, { jid: `${id}-next` }]) };
  draft.add('HSET', `${PREFIX}dn:d-${id}`, ...Object.entries(next).flat());
}

/** What lies beside a job's hash: its log, and what is known of its children. */
function addFamily(dice: Dice, draft: StateDraft, id: string): void {
  const key = PREFIX + id;
  if (dice.chance(0.1)) draft.add('RPUSH', `${key}:logs`, 'a line', 'another');
  if (dice.odd('children', 0.06)) draft.add('SADD', `${key}:dependencies`, `${OTHER_PREFIX}child`);
  if (dice.odd('children', 0.06)) draft.add('ZADD', `${key}:unsuccessful`, draft.now - 5, `${OTHER_PREFIX}child`);
  if (dice.chance(0.05)) draft.add('HSET', `${key}:processed`, `${OTHER_PREFIX}child`, '1');
  if (dice.odd('children', 0.06)) draft.add('HSET', `${key}:failed`, `${OTHER_PREFIX}child`, 'broke');
}
