// What the server answers to a path, read again when the path changes or somebody asks.
import { useCallback, useEffect, useState } from 'react';
import { read, RequestError } from './request.js';

export type Answer<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly value: Value }
  | { readonly state: 'failed'; readonly error: RequestError };

/** @param everyMs - read again this often; what is shown stays until the next answer is here. Default: never. */
export function useAnswer<Value>(path: string, everyMs?: number): readonly [Answer<Value>, () => void] {
  const [kept, keep] = useState<{ readonly path: string; readonly answer: Answer<Value> }>();
  const [asked, ask] = useState(0);
  const again = useCallback(() => ask((number) => number + 1), []);
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
  }, [path, asked, everyMs, again]);
  return [kept?.path === path ? kept.answer : { state: 'loading' }, again];
}
