// The same kill with stock BullMQ at its defaults: for comparison, not for judgement.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import type { PrivateServer } from '@acktor/core/server';
import type { Figure } from '../checker/figures.js';
import { nowMs, within } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';

/** What a process of the peer says. */
export type PeerReport =
  { readonly type: 'ready' } | { readonly type: 'started'; readonly job: string; readonly atMs: number };

/** Kills the worker that holds the job, `runs` times at the same time: each takes BullMQ half a minute at least. */
export async function killStockBullmq(trial: Trial, server: PrivateServer, runs: number): Promise<Figure> {
  trial.log(`stock BullMQ: ${runs} at the same time`);
  const connection = connectionOf(server);
  const kills = Array.from({ length: runs }, (_, run) => killOnce(trial, { connection, queue: `peer-${run}` }));
  return { name: 'stock BullMQ: kill to redelivery', unit: 'ms', samples: await Promise.all(kills) };
}

interface Scene {
  readonly connection: { readonly host: string; readonly port: number };
  readonly queue: string;
}

async function killOnce(trial: Trial, scene: Scene): Promise<number> {
  const queue = new Queue(scene.queue, { connection: scene.connection });
  trial.keep({ [Symbol.asyncDispose]: () => queue.close() });
  const victim = await startPeer(trial, scene);
  await queue.add(JOB, {});
  await reported(victim, JOB);
  const heir = await startPeer(trial, scene);
  heir.send(JOB);
  const killedAtMs = nowMs();
  victim.kill('SIGKILL');
  const atMs = (await within(LIMIT_MS, reported(heir, JOB))) ?? Number.POSITIVE_INFINITY;
  heir.kill('SIGKILL');
  return atMs - killedAtMs;
}

const JOB = 'kill';

/** Three checks for stalled jobs, half a minute each, and a lock of half a minute. */
const LIMIT_MS = 180_000;

async function startPeer(trial: Trial, { connection: { host, port }, queue }: Scene): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('bullmq-entry.js', import.meta.url));
  const child = fork(entry, [host, String(port), queue], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  trial.keep({ [Symbol.asyncDispose]: () => Promise.resolve(void child.kill('SIGKILL')) });
  await once(child, 'message');
  return child;
}

/** Resolves with the time at which the process says that it started the job. */
function reported(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve) => {
    child.on('message', (report: PeerReport) => {
      if (report.type === 'started' && report.job === name) resolve(report.atMs);
    });
  });
}

function connectionOf({ address: { endpoint } }: PrivateServer): Scene['connection'] {
  if (endpoint.kind !== 'tcp') throw new Error('expected a server on a port');
  return { host: endpoint.host, port: endpoint.port };
}
