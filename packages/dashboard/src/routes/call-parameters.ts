// The parameters of a call, from path, query and body, checked before anything is done.
import { checkName, LONGEST_ID } from '@acktor/core/internal';
import type { DashboardContext } from '../dashboard-context.js';
import { RequestError } from '../errors.js';
import type { Call } from '../http/route.js';
import type { DeadLetterAction } from '../protocol/requests.js';

/** The queue in the path. @throws NameError. */
export function queueOf({ params }: Call): string {
  const queue = params['queue'] ?? '';
  checkName('queue', queue);
  return queue;
}

/**
 * The queue in the path, which must exist: a mistyped name would have an empty answer.
 *
 * @throws NameError; RequestError ACKTOR_NO_SUCH_QUEUE.
 */
export async function knownQueueOf(context: DashboardContext, call: Call): Promise<string> {
  const queue = queueOf(call);
  const { queues } = (await context.open()).sources;
  if ((await queues.queueNames()).includes(queue)) return queue;
  throw new RequestError(
    404,
    'ACKTOR_NO_SUCH_QUEUE',
    `there is no queue ${queue}: no worker or producer of Acktor has used one of that name (acktor queues --discover looks for ` +
      'those of plain BullMQ clients)',
  );
}

/** A time in the query, in milliseconds since the epoch. @throws RequestError ACKTOR_BAD_REQUEST. */
export function timeIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RequestError(400, 'ACKTOR_BAD_REQUEST', `expected ${name} to be a time in milliseconds`);
}

/** The job in the path. @throws NameError, RequestError. */
export function jobOf(call: Call): { readonly queue: string; readonly id: string } {
  return { queue: queueOf(call), id: idOf(call.params['id']) };
}

/** An id, of any client: those of plain BullMQ are whole numbers. @throws RequestError ACKTOR_BAD_REQUEST. */
export function idOf(id: string | null | undefined): string {
  if (id && id.length <= LONGEST_ID) return id;
  throw new RequestError(400, 'ACKTOR_BAD_REQUEST', `expected an id of 1 to ${LONGEST_ID} letters`);
}

/** A text of a body: `{ "token": "…" }`. @throws RequestError ACKTOR_BAD_REQUEST. */
export function textIn(body: unknown, name: string): string {
  const value: unknown = fieldOf(body, name);
  if (typeof value !== 'string') throw badBody(`${name} to be a text`);
  return value;
}

/** Which dead letters a body names. @throws RequestError ACKTOR_BAD_REQUEST, NameError. */
export function deadLetterActionIn(body: unknown): DeadLetterAction {
  const until = untilIn(body);
  switch (fieldOf(body, 'which')) {
    case 'one':
      return { which: 'one', id: idOf(textIn(body, 'id')), ...until };
    case 'reason':
      return { which: 'reason', reason: textIn(body, 'reason'), ...until };
    case 'all':
      return { which: 'all', ...until };
    default:
      throw badBody('which to be "one", "reason" or "all"');
  }
}

function untilIn(body: unknown): { readonly untilMs?: number } {
  const untilMs: unknown = fieldOf(body, 'untilMs');
  if (untilMs === undefined || untilMs === null) return {};
  // The bound of Date.
  if (typeof untilMs !== 'number' || !(Math.abs(untilMs) <= 8.64e15)) throw badBody('untilMs to be a time');
  return { untilMs };
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

function badBody(wanted: string): RequestError {
  return new RequestError(400, 'ACKTOR_BAD_REQUEST', `expected the body's ${wanted}`);
}
