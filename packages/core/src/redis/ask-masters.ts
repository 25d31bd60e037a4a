// Asks every master of a cluster the same, each on a connection that is closed after.
import type { Redis } from 'ioredis';
import type { RedisAddress } from './address.js';
import { connectRedis, type ConnectOptions } from './connection.js';
import { MasterFinder } from './master-finder.js';
import { BrokerUnreachableError } from './redis-errors.js';

/** Answers in no order. @throws BrokerUnreachableError when there is no cluster, or one of its masters does not answer. */
export async function askMasters<Answer>(
  address: RedisAddress,
  options: ConnectOptions,
  ask: (client: Redis) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const masters =
    (await MasterFinder.of(address)
      ?.masters()
      .catch((cause: unknown) => unreachable(address, cause))) ?? [];
  return Promise.all(
    masters.map(async (master) => {
      const client = await connectRedis(address.nodeAt(master), options);
      try {
        return await ask(client);
      } finally {
        client.disconnect();
      }
    }),
  );
}

function unreachable(address: RedisAddress, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new BrokerUnreachableError(String(address), `none of its nodes says who is in charge (${why})`, { cause });
}
