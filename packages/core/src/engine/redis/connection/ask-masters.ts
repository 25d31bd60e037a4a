// Asks every master of a cluster the same, each on a connection that is closed after.
import type { RedisAddress } from './address.js';
import type { ConnectionGuard } from './connection-guard.js';
import { connectGuarded, type StartTime } from './guarded-connection.js';
import { MasterFinder } from './master-finder.js';
import { BrokerUnreachableError } from '../../broker-errors.js';

export interface AskOptions {
  /** As servers list the connections. */
  readonly name: string;
  /** The time that finding and connecting may take; asking takes as long as it takes. */
  readonly time: StartTime;
}

/** Answers in no order. @throws BrokerUnreachableError when there is no cluster, or one of its masters does not answer. */
export async function askMasters<Answer>(
  address: RedisAddress,
  { name, time }: AskOptions,
  ask: (guard: ConnectionGuard) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const find = async () => (await MasterFinder.of(address)?.masters().catch(unreachable(address))) ?? [];
  const masters = await time.settle(find);
  return Promise.all(
    masters.map(async (master) => {
      const guard = await connectGuarded(address.nodeAt(master), { name, connectTimeoutMs: time.leftMs });
      try {
        return await ask(guard);
      } finally {
        guard.hangUp();
      }
    }),
  );
}

function unreachable(address: RedisAddress) {
  return (cause: unknown): never => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BrokerUnreachableError(String(address), `none of its nodes says who is in charge (${why})`, { cause });
  };
}
