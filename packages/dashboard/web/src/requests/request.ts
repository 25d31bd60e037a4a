// Requests to the dashboard's server, and their answers as state of a component.
import { useCallback, useEffect, useState } from 'react';
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
  return send<Answer>(path, signal === undefined ? {} : { signal });
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
  return send<Answer>(where, { method, headers, body: JSON.stringify(body) });
}

async function send<Answer>(where: string, init: RequestInit): Promise<Answer> {
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

/** The answer to a request, while there may be none yet. */
export type Answer<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly value: Value }
  | { readonly state: 'failed'; readonly error: RequestError };

/**
 * The answer of a path, and a function to read it again.
 *
 * @param everyMs - how often to read it again; the last answer stays until the next is here. Default: never.
 */
export function useAnswer<Value>(path: string, everyMs?: number): readonly [Answer<Value>, () => void] {
  const [kept, keep] = useState<{ readonly path: string; readonly answer: Answer<Value> }>();
  const [reads, setReads] = useState(0);
  const again = useCallback(() => setReads((number) => number + 1), []);
  useEffect(() => {
    const abort = new AbortController();
    read<Value>(path, abort.signal).then(
      (value) => keep({ path, answer: { state: 'here', value } }),
      (error: unknown) => {
        if (error instanceof RequestError) keep({ path, answer: { state: 'failed', error } });
      },
    );
    const timer = everyMs === undefined ? undefined : setTimeout(again, everyMs);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, reads, everyMs, again]);
  return [kept?.path === path ? kept.answer : { state: 'loading' }, again];
}
