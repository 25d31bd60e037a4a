// Dead letters: why they died, one page of them, and what an operator can do with some or all.
import type { DeadLetterFilter, DeadLetters } from '@acktor/core';
import { deadLetterPage, groupsOf, groupSince, type ReadGroup } from './dead-letter-reading.js';
import type { DashboardContext } from '../dashboard-context.js';
import type { Answer, Call, Route } from '../http/route.js';
import { SharedAnswer } from '../http/shared-answer.js';
import type { DeadLetterAction, DeadLetterPreview } from '../protocol/requests.js';
import { deadLetterActionIn, knownQueueOf, queueOf, timeIn } from './asked.js';

export function deadLetterRoutes(context: DashboardContext): readonly Route[] {
  const path = '/api/queues/:queue/dead-letters';
  const groups = new SharedAnswer(() => readGroups(context), GROUPS_KEPT_MS);
  const act = (word: 'redrive' | 'purge') => async (call: Call) => {
    const answer = await touch(context, call, word);
    groups.forget();
    return answer;
  };
  return [
    { method: 'GET', path: '/api/dead-letters', needs: 'viewer', handle: (call) => since(groups, call) },
    { method: 'GET', path, needs: 'viewer', handle: (call) => list(context, call) },
    { method: 'POST', path: `${path}/preview`, needs: 'operator', handle: (call) => preview(context, call) },
    { method: 'POST', path: `${path}/redrive`, needs: 'operator', handle: act('redrive') },
    { method: 'POST', path: `${path}/purge`, needs: 'operator', handle: act('purge') },
  ];
}

/** @throws RequestError ACKTOR_BAD_REQUEST for a time that is none. */
async function since(groups: SharedAnswer<readonly ReadGroup[]>, call: Call): Promise<Answer> {
  const sinceMs = timeIn(call.query, 'since') ?? 0;
  return { body: (await groups.get()).map((group) => groupSince(group, sinceMs)) };
}

/** A scan of many letters: not for each browser that asks again and again. */
const GROUPS_KEPT_MS = 2_000;

async function readGroups(context: DashboardContext): Promise<readonly ReadGroup[]> {
  const { queues } = (await context.open()).sources;
  const full = (await queues.queues()).filter(({ deadLetters }) => deadLetters > 0).map(({ queue }) => queue);
  // One after the other: a scan of everything at once would keep the server from its work.
  const all: ReadGroup[] = [];
  for (const queue of full) all.push(...(await groupsOf(queue, queues.deadLetters(queue))));
  return all.toSorted((one, other) => other.count - one.count);
}

async function list(context: DashboardContext, call: Call): Promise<Answer> {
  const [reason, cursor] = ['reason', 'cursor'].map((name) => call.query.get(name) ?? undefined);
  await knownQueueOf(context, call);
  return { body: await deadLetterPage(await lettersOf(context, call), { reason, cursor }) };
}

async function preview(context: DashboardContext, call: Call): Promise<Answer> {
  const action = deadLetterActionIn(call.body);
  const letters = await lettersOf(context, call);
  const atMs = (await letters.serverTime()).getTime();
  if (action.which === 'one') {
    const isThere = (await letters.get(action.id)) !== undefined;
    return {
      body: { count: isThere ? 1 : 0, sampleIds: isThere ? [action.id] : [], atMs } satisfies DeadLetterPreview,
    };
  }
  const filter = filterOf({ ...action, untilMs: action.untilMs ?? atMs });
  const [{ count }, sampleIds] = await Promise.all([letters.preview(filter), someIds(letters, filter)]);
  return { body: { count, sampleIds, atMs } satisfies DeadLetterPreview };
}

async function touch(context: DashboardContext, call: Call, word: 'redrive' | 'purge'): Promise<Answer> {
  const action = deadLetterActionIn(call.body);
  const letters = await lettersOf(context, call);
  if (action.which === 'one') return { body: { count: (await letters[word](action.id)) ? 1 : 0 } };
  const { touched } = await letters[`${word}All`](filterOf(action));
  return { body: { count: touched } };
}

async function lettersOf(context: DashboardContext, call: Call): Promise<DeadLetters> {
  const queue = queueOf(call);
  const { queues } = (await context.open()).sources;
  return queues.deadLetters(queue);
}

/** Letters that die while a person decides are not what was shown. */
function filterOf(action: Exclude<DeadLetterAction, { which: 'one' }>): DeadLetterFilter {
  const until = action.untilMs === undefined ? undefined : new Date(action.untilMs);
  return { until, ...(action.which === 'reason' && { reason: action.reason }) };
}

async function someIds(letters: DeadLetters, filter: DeadLetterFilter): Promise<readonly string[]> {
  const ids = [];
  for await (const { id } of letters.summaries({ ...filter, limit: 10 })) ids.push(id);
  return ids;
}
