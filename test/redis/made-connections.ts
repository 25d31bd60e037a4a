// What test/redis/connection-options.test.ts names as modules: connections with functions, which each thread and process makes anew.
import type { RedisConnection } from '@acktor/core';

/** A host that only this look-up knows. */
export const lookingUp = ({ port }: { readonly port: number }): RedisConnection => ({
  host: 'redis.invented',
  port,
  dnsLookup: (host, answer) =>
    host === 'redis.invented' ? answer(null, '127.0.0.1', 4) : answer(new Error(`no such host: ${host}`), ''),
});

/** The same, whose first look-up fails. */
export const failingOnce = ({ port }: { readonly port: number }): RedisConnection => {
  let looks = 0;
  return {
    host: 'redis.invented',
    port,
    dnsLookup: (_host, answer) =>
      ++looks === 1 ? answer(new Error('no such host yet'), '') : answer(null, '127.0.0.1'),
  };
};

export const slowly = async ({ url }: { readonly url: string }): Promise<string> => {
  await new Promise((resolve) => setImmediate(resolve));
  return url;
};

/** Every node is announced at its IP address, and reached by a name. */
export const mapped = ({
  node,
}: {
  readonly node: { readonly host: string; readonly port: number };
}): RedisConnection => ({
  nodes: [node],
  natMap: (announced) => ({ host: 'cluster.invented', port: Number(announced.split(':')[1]) }),
  dnsLookup: (host, answer) => answer(null, host === 'cluster.invented' ? '127.0.0.1' : host),
});

export const nothing = (): undefined => undefined;

export const throwing = (): never => {
  throw new Error('no credentials');
};

export const wrong = () => ({ hots: 'localhost' });
