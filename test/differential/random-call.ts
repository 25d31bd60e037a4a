// A random call of a channel: what its consumers ask for in one turn.
import type { ChannelRequest, LeasedJob, Settlement } from './core-inside.js';
import { readLeasedJob } from './core-inside.js';
import type { Dice } from './dice.js';
import type { HeldJob, QueueState } from './random-state.js';
import { QUEUE } from './state-draft.js';

export interface RandomCall {
  readonly requests: readonly ChannelRequest[];
  readonly wantsStatus: boolean;
}

/** Draws up a call for the state. Each request settles, fetches, or does both. */
export function randomCall(dice: Dice, state: QueueState): RandomCall {
  // With their fence, a settlement may be found to be done already, or reclaim a lease that expired, which BullMQ does not.
  const knowsFence = dice.chance(0.3);
  const acksOnly = dice.chance(0.75 - dice.wildness * 0.4);
  const jobs = [...dice.shuffled(state.held), ...orphans(dice, state)].slice(0, dice.int(0, 11));
  const settling = jobs.map((held, i): ChannelRequest => {
    const job = leasedJob(dice, held, knowsFence);
    const settlement = acksOnly ? ack(dice) : randomSettlement(dice);
    return {
      settle: { job, settlement, ...attemptOf(dice, settlement) },
      ...(dice.chance(0.75) ? { fetch: newToken(i) } : {}),
    };
  });
  const fetches = dice.int(settling.length === 0 ? 1 : 0, 4);
  const fetching = Array.from({ length: fetches }, (_, i): ChannelRequest => ({
    fetch: newToken(settling.length + i),
  }));
  return { requests: dice.shuffled([...settling, ...fetching]), wantsStatus: dice.chance(0.3) };
}

function newToken(request: number): string {
  return `process|consumer-${request}|100`;
}

/** Settlements that should not be: of a job twice, of one that waits, of one that nobody knows. */
function orphans(dice: Dice, { held, waiting }: QueueState): HeldJob[] {
  return [
    ...(dice.odd('settled twice', 0.2) && held.length > 0 ? [dice.pick(held)] : []),
    ...(dice.odd('settled while waiting', 0.2) && waiting.length > 0 ? [dice.pick(waiting)] : []),
    ...(dice.odd('unknown job', 0.1) ? [{ id: 'unknown', leaseToken: 'process|consumer-0|1', fields: {} }] : []),
  ];
}

function leasedJob(dice: Dice, { id, leaseToken, fields }: HeldJob, knowsFence: boolean): LeasedJob {
  const seat = { queue: QUEUE, id, leaseToken, fieldCount: fieldCountAtFetch(dice, fields) };
  const { job: leased } = readLeasedJob(fields, seat);
  return knowsFence
    ? leased
    : { ...leased, record: { ...leased.record, deliveries: leased.record.deliveries + 1_000 } };
}

/** A job may have got a parent since it was fetched, or progress, or it had what it has from the start. */
function fieldCountAtFetch(dice: Dice, fields: HeldJob['fields']): number {
  const names = Object.keys(fields);
  const family = names.filter((name) => FAMILY.includes(name)).length;
  if (names.length === 0 || (family > 0 && dice.chance(0.5))) return -1;
  return names.length - family - (dice.chance(0.1) ? 1 : 0);
}

const FAMILY: readonly string[] = ['parentKey', 'parent', 'deid'];

function ack(dice: Dice): Settlement {
  return { kind: 'ack', result: dice.pick(['null', '{"ok":true}', '"text"']) };
}

function randomSettlement(dice: Dice): Settlement {
  const failure = { reason: 'it broke', stack: dice.chance(0.5) ? 'Error: it broke\n    at here' : undefined };
  return dice.pick<() => Settlement>([
    () => ack(dice),
    () => ({ kind: 'deadLetter', failure, isExhausted: dice.chance(0.5) }),
    () => ({ kind: 'retry', delayMs: dice.pick([0, 1, 5_000, 5_000]), failure }),
    () => ({ kind: 'requeue' }),
    () => ({ kind: 'waitForChildren' }),
  ])();
}

function attemptOf(dice: Dice, { kind }: Settlement): Pick<NonNullable<ChannelRequest['settle']>, 'attempt'> {
  if (kind === 'ack' || dice.chance(0.5)) return {};
  return {
    attempt: {
      attempt: 1,
      fence: 1,
      worker: 'process',
      end: 'threw',
      reason: 'it broke',
    },
  };
}
