// Where RabbitMQ is on this machine: installed, or unpacked into a cache folder of the clone.
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canUseApt, unpackPackages } from '@acktor/core/internal';

/** Debian's RabbitMQ and Erlang, below any folder. */
export interface RabbitMqHome {
  readonly script: string;
  /** The folder that Erlang calls its root. */
  readonly erlang: string;
  /** The folder of Erlang's own programs. */
  readonly programs: string;
}

/**
 * Finds RabbitMQ where Debian installs it, else unpacks Debian's packages into the clone's cache: once, some seconds, no root
 * needed. @throws Error that says why there is none.
 */
export async function ensureRabbitMq(tell: (message: string) => void): Promise<RabbitMqHome> {
  const present = (await homeIn('/')) ?? (await homeIn(CACHE));
  if (present !== undefined) return present;
  if (!(await canUseApt(process.env))) throw new Error('rabbitmq-server is not installed, and there is no apt-get');
  tell('RabbitMQ: fetching it with apt-get (once, some seconds)');
  await fillCache();
  const fetched = await homeIn(CACHE);
  if (fetched === undefined)
    throw new Error('what apt-get fetched as rabbitmq-server has another layout than Debian 12');
  return fetched;
}

/** Ignored by git, and by no means shared with other clones. */
const CACHE = fileURLToPath(new URL('../../../.cache/rabbitmq', import.meta.url));

async function homeIn(root: string): Promise<RabbitMqHome | undefined> {
  const script = join(root, 'usr/lib/rabbitmq/bin/rabbitmq-server');
  const erlang = join(root, 'usr/lib/erlang');
  const runtime = (await readdir(erlang).catch(() => [])).find((name) => name.startsWith('erts-'));
  if (runtime === undefined || (await stat(script).catch(() => undefined)) === undefined) return undefined;
  return { script, erlang, programs: join(erlang, runtime, 'bin') };
}

/** In a folder of its own, put in place with one rename: a crash midway leaves only rubbish. */
async function fillCache(): Promise<void> {
  const parent = join(CACHE, '..');
  await mkdir(parent, { recursive: true });
  const fresh = await mkdtemp(join(parent, 'rabbitmq-'));
  try {
    await unpackPackages({ name: 'rabbitmq-server', folder: fresh, env: process.env });
    await rename(fresh, CACHE);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
