// Tells whether anybody else still uses a shared server, and ends it when nobody does.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionGuard } from '../redis/connection-guard.js';
import type { ScriptClient } from '../redis/redis-script.js';

/** The name under which every process that shares a server holds one connection to it. */
export const SHARE_NAME = 'acktor-share';

/**
 * Whether no connection but this one is open. A server that has gone has no last one.
 *
 * Connections that are no shares get a moment to go: their owner may just have closed them.
 */
export async function isLastOne(share: ConnectionGuard): Promise<boolean> {
  const deadline = performance.now() + CLOSING_MS;
  for (;;) {
    const others = await othersThan(share);
    if (others === undefined || others.includes(SHARE_NAME)) return false;
    if (others.length === 0) return true;
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
}

/** Ends the server on this socket in order. False when it refuses, or has not gone after 10 s. */
export async function shutDown(socket: string): Promise<boolean> {
  // A plain socket: a Redis client would take the missing reply for a fault, and send the command to the next server.
  const connection = connect(socket);
  let hasGone = true;
  const giveUp = () => {
    hasGone = false;
    connection.destroy();
  };
  connection.setTimeout(SHUTDOWN_MS, giveUp);
  // Only a refusal is answered: the server ends without a word, and the connection with it.
  connection.once('data', giveUp);
  connection.write('SHUTDOWN\r\n');
  // A server that was gone already is as good.
  await once(connection, 'close').catch(() => {});
  return hasGone;
}

const CLOSING_MS = 250;
const POLL_MS = 10;
const ANSWER_MS = 2_000;
const SHUTDOWN_MS = 10_000;

/** The names of the other connections; undefined when the server does not answer. */
async function othersThan(share: ConnectionGuard): Promise<readonly string[] | undefined> {
  const ask = (client: ScriptClient) => Promise.all([client.client('LIST'), client.client('ID')]);
  const late = sleep(ANSWER_MS, undefined, { ref: false });
  const answer = await Promise.race([share.run(ask).catch(() => undefined), late]);
  if (answer === undefined) return undefined;
  const [list, own] = answer;
  const entries = String(list)
    .split('\n')
    .filter((line) => line !== '');
  return entries.filter((line) => !line.startsWith(`id=${own} `)).map((line) => / name=(\S*)/.exec(line)?.[1] ?? '');
}
