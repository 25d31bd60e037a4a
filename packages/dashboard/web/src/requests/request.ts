// Asks the dashboard's server, and says in one kind of error why it did not answer as hoped.
import type { ErrorView } from '#protocol/requests.js';

export class RequestError extends Error {
  constructor(
    /** The HTTP status; 0 when the server was not reached. */
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads from the server.
 *
 * @param path - relative to where the dashboard is mounted, such as `api/session`.
 * @throws RequestError
 */
export function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return ask<Answer>(path, signal === undefined ? {} : { signal });
}

/**
 * Changes something on the server.
 *
 * @throws RequestError
 */
export function write<Answer>(path: string, csrf: string, body?: unknown): Promise<Answer> {
  return change<Answer>('POST', path, { csrf, body });
}

/**
 * Ends something on the server.
 *
 * @throws RequestError
 */
export function end<Answer>(path: string, csrf: string): Promise<Answer> {
  return change<Answer>('DELETE', path, { csrf });
}

/** The parts of a path, encoded: a queue or an id may hold any character. */
export function path(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return String.raw({ raw: strings }, ...parts.map(encodeURIComponent));
}

interface Change {
  readonly csrf: string;
  readonly body?: unknown;
}

function change<Answer>(method: 'POST' | 'DELETE', where: string, { csrf, body = {} }: Change): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'x-acktor-csrf': csrf };
  return ask<Answer>(where, { method, headers, body: JSON.stringify(body) });
}

async function ask<Answer>(where: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(where, { ...init, credentials: 'same-origin' }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError(0, 'UNREACHED', 'The dashboard’s server did not answer.');
  });
  if (response.ok) return (await response.json()) as Answer;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<RequestError> {
  const view = (await response.json().catch(() => undefined)) as ErrorView | undefined;
  const { code = 'UNKNOWN', message = `The server answered ${response.status}.` } = view?.error ?? {};
  return new RequestError(response.status, code, message);
}
