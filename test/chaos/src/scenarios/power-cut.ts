// 14: the power fails under `appendfsync everysec`: what the server had not yet forced to the disk is gone.
import { statSync, truncateSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProducerOptions } from '@acktor/core';
import { ensureServerBinary, type PrivateServer } from '@acktor/core/server';
import { appendOnlyFile, SyncedLength } from '../servers/synced-length.js';
import { keepSending } from '../trial/keep-sending.js';
import type { QueueView } from '../trial/queue-view.js';
import type { Sender } from '../trial/sender.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const powerCut: Scenario = {
  number: 14,
  name: 'power cut (unsynced tail of the AOF gone)',
  about:
    "Everysec and `confirm: 'fsync'`: the server dies and its file is cut to what was forced to the disk: nothing confirmed is lost.",
  runs: { quick: 2, usual: 5, all: 50 },
  isLong: true,
  lanes: 5,
  controls: ['the confirm'],
  controlRuns: 2,
  async run(trial) {
    // Of Debian's servers only this one has WAITAOF.
    const binary = await ensureServerBinary({ kind: 'valkey' });
    // One file from beginning to end, so that its length says all.
    const settings = { appendfsync: 'everysec', 'auto-aof-rewrite-percentage': 0 };
    const server = await trial.server({ binary, settings });
    const view = await trial.view(server);
    const sender = await trial.sender({ redis: server.url, durability: 'off', ...confirmFor(trial) });
    const cutBytes: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      cutBytes.push(await cutOnce(trial, { server, view, sender }));
    }
    // Only now: an ack that the power cut took would be the worker's loss, and not the sender's.
    await trial.worker({ redis: server.url, options: { consumers: 20 } }).ready();
    const violations = await trial.judge({ view, settleMs: 30_000 });
    const remarks = [`on ${binary.kind} ${binary.version}`];
    return {
      violations,
      remarks,
      figures: [{ name: 'cut off', unit: 'KB', samples: cutBytes.map((bytes) => bytes / 1_024) }],
    };
  },
};

function confirmFor({ control }: Trial): ProducerOptions {
  return control === undefined ? { confirm: 'fsync', confirmTimeoutMs: 8_000 } : {};
}

interface Scene {
  readonly server: PrivateServer;
  readonly view: QueueView;
  readonly sender: Sender;
}

/** How many bytes were lost. */
async function cutOnce({ random }: Trial, { server, view, sender }: Scene): Promise<number> {
  if (server.pid === undefined) throw new Error('expected the server to run');
  const synced = SyncedLength.watch(server.pid, server.folder);
  const sending = keepSending(sender, { lines: 10, betweenMs: 5 });
  const scribbling = setInterval(() => void view.client.set('scribble', Date.now()).catch(() => undefined), 5);
  // Long enough for one or two rounds of confirms, and for a turn of the disk at the least.
  await pause(random.whole(2_500, 4_000));
  clearInterval(scribbling);
  const keptBytes = synced.stop();
  await server.kill('SIGKILL');
  const lostBytes = cutTo(keptBytes, server);
  await server.restart();
  await sending.stop();
  return lostBytes;
}

function cutTo(bytes: number, { folder }: PrivateServer): number {
  const file = appendOnlyFile(folder);
  const { size } = statSync(file);
  truncateSync(file, bytes);
  return size - bytes;
}
