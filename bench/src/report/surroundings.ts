// Where and with what the figures were made: they mean nothing without.
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** How busy it was when the bench began: the mean number of processes that ran or wanted to, over the minute before. */
  readonly load: number;
}

export type Versions = Readonly<Record<string, string>>;

export function thisMachine(load: number): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    load: Math.round(load * 100) / 100,
  };
}

export async function versionsWith(servers: Versions): Promise<Versions> {
  const packages = ['@acktor/core', '@acktor/worker', 'bullmq', 'ioredis', 'amqplib', 'bee-queue'];
  const found = await Promise.all(packages.map(async (name) => [name, await versionOf(name)] as const));
  return { node: process.versions.node, ...servers, ...Object.fromEntries(found) };
}

/** A package need not export its package.json, so it is looked for above what the package does export. */
async function versionOf(name: string): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  for (;;) {
    const manifest = await readManifest(folder);
    if (manifest?.name === name && manifest.version !== undefined) return manifest.version;
    if (folder === dirname(folder)) return 'unknown';
    folder = dirname(folder);
  }
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}
