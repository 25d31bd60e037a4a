// Dead letters for people: in groups by reason, and page by page. Both look at so many letters and no more.
import type { DeadLetter, DeadLetters } from '@acktor/core';
import type { DeadSummary } from '@acktor/core/engine';
import { RequestError } from '../errors.js';
import type { DeadLetterGroup, DeadLetterPage } from '../protocol/requests.js';

/** The most letters that are looked at for one answer. */
const MOST_LOOKED_AT = 10_000;
const PAGE_LENGTH = 50;

/** A group as it was read for all who ask: how many of it are fresh differs from one to the next. */
export interface ReadGroup extends Omit<DeadLetterGroup, 'freshCount'> {
  /** When each of them died, the last first. */
  readonly diedAtMs: readonly number[];
}

/** A group for one who has seen what died until then. */
export function groupSince({ diedAtMs, ...group }: ReadGroup, sinceMs: number): DeadLetterGroup {
  return { ...group, freshCount: diedAtMs.filter((atMs) => atMs > sinceMs).length };
}

/** The groups of a queue by reason, the largest first. Of very many letters only the newest are counted; the groups say so. */
export async function groupsOf(queue: string, letters: DeadLetters): Promise<readonly ReadGroup[]> {
  const died = new Map<string, number[]>();
  let lookedAt = 0;
  for await (const { reason, deadAtMs } of letters.summaries({ limit: MOST_LOOKED_AT })) {
    lookedAt += 1;
    const times = died.get(reason) ?? [];
    died.set(reason, times);
    times.push(deadAtMs);
  }
  const isCountPartial = lookedAt === MOST_LOOKED_AT && (await letters.count()) > lookedAt;
  const all = [...died].map(([reason, diedAtMs]) => groupOf({ queue, reason, diedAtMs, isCountPartial }));
  return all.toSorted((one, other) => other.count - one.count);
}

/**
 * A page of letters, those that died last first.
 *
 * @param reason only letters with this reason; a page may be short, or empty, and not be the last when these are few among many.
 * @throws RequestError ACKTOR_BAD_REQUEST for a cursor that is none.
 */
export async function deadLetterPage(
  letters: DeadLetters,
  { reason, cursor }: { readonly reason: string | undefined; readonly cursor: string | undefined },
): Promise<DeadLetterPage> {
  const found: DeadSummary[] = [];
  let lookedAt = 0;
  let end: Mark | undefined;
  for await (const { letter, mark } of eachBehind(markOf(cursor), letters)) {
    lookedAt += 1;
    if (reason === undefined || letter.reason === reason) found.push(letter);
    if (found.length < PAGE_LENGTH && lookedAt < MOST_LOOKED_AT) continue;
    end = mark;
    break;
  }
  const full = await Promise.all(found.map(({ id }) => letters.get(id)));
  const deadLetters = full.flatMap((letter) => (letter === undefined ? [] : [lineOf(letter)]));
  return { deadLetters, cursor: end && `${end.untilMs}.${end.passed}` };
}

/** How far somebody has read: to the letters that died at a time or before, but for so many of that very millisecond. */
interface Mark {
  readonly untilMs: number;
  readonly passed: number;
}

const TOP: Mark = { untilMs: Infinity, passed: 0 };

function markOf(cursor: string | undefined): Mark {
  if (cursor === undefined) return TOP;
  const [, untilMs, passed] = /^(\d{1,16})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (passed === undefined) throw new RequestError(400, 'ACKTOR_BAD_REQUEST', 'expected the cursor of the page before');
  return { untilMs: Number(untilMs), passed: Number(passed) };
}

async function* eachBehind(mark: Mark, letters: DeadLetters): AsyncGenerator<{ letter: DeadSummary; mark: Mark }> {
  let toPass = mark.passed;
  let { untilMs, passed } = mark;
  const until = mark === TOP ? undefined : new Date(mark.untilMs);
  for await (const letter of letters.summaries({ until })) {
    if (letter.deadAtMs === mark.untilMs && toPass > 0) {
      toPass -= 1;
      continue;
    }
    passed = letter.deadAtMs === untilMs ? passed + 1 : 1;
    untilMs = letter.deadAtMs;
    yield { letter, mark: { untilMs, passed } };
  }
}

function groupOf(group: Pick<ReadGroup, 'queue' | 'reason' | 'diedAtMs' | 'isCountPartial'>): ReadGroup {
  const [lastAtMs = 0, firstAtMs = 0] = [group.diedAtMs[0], group.diedAtMs.at(-1)];
  return { ...group, count: group.diedAtMs.length, firstAtMs, lastAtMs };
}

function lineOf(letter: DeadLetter): DeadLetterPage['deadLetters'][number] {
  const { queue, id, jobName: name, attemptsMade, deliveries, reason } = letter;
  const [sentAtMs, diedAtMs] = [letter.sentAt.getTime(), letter.deadAt.getTime()];
  return { queue, id, name, place: 'deadLettered', sentAtMs, attemptsMade, deliveries, reason, diedAtMs };
}
