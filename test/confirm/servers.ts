// The servers that confirms are tried on: one that has WAITAOF, and a primary with its replica.
import { PrivateServer, ensureServerBinary, type ServerSettings } from '@acktor/core/server';
import { ask } from '../server/project.js';
import { until } from '../signals/until.js';

/** A Valkey, which has WAITAOF; the Redis of Debian 12 has not. */
export async function startValkey(settings: ServerSettings = {}): Promise<PrivateServer> {
  return PrivateServer.start({ binary: await ensureServerBinary({ kind: 'valkey' }), settings });
}

/** A primary and a replica that follows it. Valkeys: they count a connection's own writes alone, older Redis every write. */
export class Pair implements AsyncDisposable {
  private constructor(
    readonly primary: PrivateServer,
    readonly replica: PrivateServer,
  ) {}

  static async start(): Promise<Pair> {
    const binary = await ensureServerBinary({ kind: 'valkey' });
    const primary = await PrivateServer.start({ binary, port: 0, settings: { 'repl-diskless-sync-delay': 0 } });
    const { port } = new URL(primary.url);
    const replica = await PrivateServer.start({ binary, port: 0, settings: { replicaof: `127.0.0.1 ${port}` } });
    await until('the replica is online', async () => (await infoOf(primary, 'replication')).includes('state=online'));
    return new Pair(primary, replica);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replica.close();
    await this.primary.close();
  }
}

/** How often the server ran a command since it started. */
export async function callsOf(server: PrivateServer, command: string): Promise<number> {
  const stats = await infoOf(server, 'commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

export async function infoOf(server: PrivateServer, section: string): Promise<string> {
  return (await ask(server, 'INFO', section)) as string;
}

/** Resolves when a connection of that name stands in a wait. */
export function isWaiting(server: PrivateServer, name: string): Promise<void> {
  return until(`${name} waits`, async () => {
    const clients = (await ask(server, 'CLIENT', 'LIST')) as string;
    return clients.split('\n').some((client) => client.includes(`name=${name} `) && /flags=\w*b/.test(client));
  });
}
