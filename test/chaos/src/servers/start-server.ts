// Starts one of several servers on a port that no connection of theirs can take.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PrivateServer, type PrivateServerOptions } from '@acktor/core/server';

/**
 * Outgoing connections get their ports from 32768 upwards (Linux), and servers that join each other make many while the next one
 * is about to listen: ports are taken from below. `port` of the options is ignored.
 */
export async function startServer(options: PrivateServerOptions): Promise<PrivateServer> {
  return PrivateServer.start({ ...options, port: await quietPort() });
}

/** A port of the loopback interface on which no process listens. Each is returned once only. */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

/** Starts several at once. When one fails, those that run are ended. */
export async function startAll(starts: readonly Promise<PrivateServer>[]): Promise<readonly PrivateServer[]> {
  const outcomes = await Promise.allSettled(starts);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (failed === undefined) return servers;
  await Promise.all(servers.map((server) => server.close()));
  throw failed.reason;
}

const FIRST = 12_000;
const COUNT = 20_000;
const given = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const isListening = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.close();
  return isListening;
}
