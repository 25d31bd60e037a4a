// Dead letters: grouped by reason, in pages, and what an operator can do with some or all of them.
import type { DeadLetterFilter, DeadLetters } from '@acktor/core';
import type { DashboardContext } from '../dashboard-context.js';
import type { Answer, Call, Route } from '../http/route.js';
import type { DeadLetterAction, DeadLetterPreview } from '../protocol/requests.js';
import { deadLetterActionIn, knownQueueOf, queueOf, timeIn } from './call-parameters.js';
import { deadLetterPage, groupSince, groupsOf, type ReadGroup } from './dead-letter-reading.js';

export function deadLetterRoutes(context: DashboardContext): readonly Route[] {
  const path = '/api/queues/:queue/dead-letters';
  const groups = new SharedRead(() => readGroups(context), GROUPS_KEPT_MS);
  const act = (action: 'redrive' | 'purge') => async (call: Call) => {
    const answer = await touch(context, call, action);
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

/** @throws RequestError ACKTOR_BAD_REQUEST for an invalid time. */
async function since(groups: SharedRead<readonly ReadGroup[]>, call: Call): Promise<Answer> {
  const sinceMs = timeIn(call.query, 'since') ?? 0;
  return { body: (await groups.get()).map((group) => groupSince(group, sinceMs)) };
}

/** Scanning many letters is costly: browsers that poll share one scan. */
const GROUPS_KEPT_MS = 2_000;

async function readGroups(context: DashboardContext): Promise<readonly ReadGroup[]> {
  const { queues } = (await context.open()).sources;
  const full = (await queues.queues()).filter(({ deadLetters }) => deadLetters > 0).map(({ queue }) => queue);
  // One queue after the other: scanning all at once would keep the server from its work.
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

async function touch(context: DashboardContext, call: Call, method: 'redrive' | 'purge'): Promise<Answer> {
  const action = deadLetterActionIn(call.body);
  const letters = await lettersOf(context, call);
  if (action.which === 'one') return { body: { count: (await letters[method](action.id)) ? 1 : 0 } };
  const { touched } = await letters[`${method}All`](filterOf(action));
  return { body: { count: touched } };
}

async function lettersOf(context: DashboardContext, call: Call): Promise<DeadLetters> {
  const queue = queueOf(call);
  const { queues } = (await context.open()).sources;
  return queues.deadLetters(queue);
}

/** Letters that have died since the preview were not shown, so they are left out. */
function filterOf(action: Exclude<DeadLetterAction, { which: 'one' }>): DeadLetterFilter {
  const until = action.untilMs === undefined ? undefined : new Date(action.untilMs);
  return { until, ...(action.which === 'reason' && { reason: action.reason }) };
}

async function someIds(letters: DeadLetters, filter: DeadLetterFilter): Promise<readonly string[]> {
  const ids = [];
  for await (const { id } of letters.summaries({ ...filter, limit: 10 })) ids.push(id);
  return ids;
}

/** One read for all callers at about the same time, so that many browsers cost the server no more than one. */
export class SharedRead<Value> {
  readonly #read: () => Promise<Value>;
  readonly #keptMs: number;
  #kept: { readonly value: Promise<Value>; readonly atMs: number } | undefined;

  /** @param keptMs how long a read is shared, in milliseconds from its begin. */
  constructor(read: () => Promise<Value>, keptMs: number) {
    this.#read = read;
    this.#keptMs = keptMs;
  }

  /** Rejects with the error of the read, for all callers that share it; the next call reads again. */
  async get(): Promise<Value> {
    const nowMs = Date.now();
    if (this.#kept === undefined || nowMs - this.#kept.atMs > this.#keptMs)
      this.#kept = { value: this.#read(), atMs: nowMs };
    const { value } = this.#kept;
    try {
      return await value;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** The next call reads again: something has changed. */
  forget(): void {
    this.#kept = undefined;
  }
}
