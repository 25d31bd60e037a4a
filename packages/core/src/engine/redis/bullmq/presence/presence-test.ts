// Whether a server can tell that a process died: by a subscription that comes, and goes with its connection.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type { StartTime } from '../../connection/guarded-connection.js';
import { ServerRefusalError } from '../../../broker-errors.js';

export interface PresenceTestParts {
  /** What to subscribe to; nobody else does. */
  readonly channel: string;
  readonly openSubscriber: () => Promise<ConnectionGuard>;
  /** Asks the server how many subscribers a channel has. */
  readonly count: (channel: string) => Promise<number>;
  readonly time: StartTime;
}

/**
 * A server that refuses will refuse again; one that was busy is asked again, and one to which the connection broke as often as it
 * takes: what is decided here holds as long as the worker runs.
 *
 * @throws BrokerUnreachableError when the time is over and the server has not answered once.
 */
export async function testPresence(parts: PresenceTestParts): Promise<boolean> {
  let answers = 0;
  const test = async (isOver: AbortSignal): Promise<boolean> => {
    for (let attempt = 1; !isOver.aborted; attempt += 1) {
      const asked = comesAndGoes({ ...parts, channel: `${parts.channel}-${attempt}` });
      const answer = await asked.catch((error: unknown) => error);
      if (answer === true) return true;
      if (answer instanceof ServerRefusalError && !isBusy(answer)) return false;
      if (answer === false) answers += 1;
      if (answers >= MOST_ANSWERS) return false;
      await sleep(BETWEEN_ATTEMPTS_MS);
    }
    return false;
  };
  return parts.time.settle(test).catch((error: unknown) => {
    if (answers === 0) throw error;
    return false;
  });
}

/** The reply while somebody's script runs: it says nothing of what the server would answer otherwise. */
function isBusy({ reply }: ServerRefusalError): boolean {
  return reply.startsWith('BUSY');
}

async function comesAndGoes({ channel, openSubscriber, count }: PresenceTestParts): Promise<boolean> {
  const probe = await openSubscriber();
  try {
    await probe.run((client) => client.ssubscribe(channel));
    if ((await count(channel)) !== 1) return false;
  } finally {
    probe.hangUp();
  }
  const untilMs = performance.now() + NOTICED_WITHIN_MS;
  while (performance.now() < untilMs) {
    if ((await count(channel)) === 0) return true;
    await sleep(10);
  }
  return false;
}

/** A server, or a proxy before it, that takes longer to notice a broken connection is of no use for presence. */
const NOTICED_WITHIN_MS = 500;
const MOST_ANSWERS = 3;
const BETWEEN_ATTEMPTS_MS = 200;
