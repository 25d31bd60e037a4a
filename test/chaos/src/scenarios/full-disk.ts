// 20: the server's disk is full: it refuses every write (MISCONF) until there is room again.
import { statSync } from 'node:fs';
import { mkdtemp, rm, chmod, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SendRefusedError } from '@acktor/core';
import { ensureServerBinary, type PrivateServer, type ServerBinary } from '@acktor/core/server';
import { entriesOf, type Violation } from '../checker/evidence.js';
import { nowMs, missing } from '../trial/time.js';
import { appendOnlyFile } from '../servers/synced-length.js';
import type { QueueView } from '../trial/queue-view.js';
import type { Sender } from '../trial/sender.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const fullDisk: Scenario = {
  number: 20,
  name: 'disk full (MISCONF)',
  about:
    'The server can write nothing while handlers end: sends are refused in words, results are held and stored later.',
  runs: { quick: 1, usual: 1, all: 3 },
  isLong: true,
  lanes: 3,
  controls: ['holding results'],
  async run(trial) {
    const server = await trial.server({ binary: await binaryFor(trial) });
    const view = await trial.view(server);
    const sender = await trial.sender({ redis: server.url });
    const without = trial.control === undefined ? [] : (['heldResults'] as const);
    await trial.worker({ redis: server.url, options: { consumers: IN_FLIGHT }, without }).ready();
    const violations: Violation[] = [];
    const samples: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      const round = await fillOnce(trial, { server, view, sender });
      violations.push(...round.violations);
      samples.push(round.storedMs);
    }
    const figure = { name: 'room again to all stored', unit: 'ms', samples };
    return { figures: [figure], violations: [...violations, ...(await trial.judge({ view }))] };
  },
};

/** The workers that hold a job when the disk fills up, and as many more that wait. */
const IN_FLIGHT = 10;
const HANDLING_MS = 1_000;

async function binaryFor(trial: Trial): Promise<ServerBinary> {
  const folder = await mkdtemp(join(tmpdir(), 'acktor-chaos-program-'));
  trial.keep({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) });
  return withoutSizeSignal(await ensureServerBinary(), folder);
}

interface Scene {
  readonly server: PrivateServer;
  readonly view: QueueView;
  readonly sender: Sender;
}

async function fillOnce(trial: Trial, { server, view, sender }: Scene) {
  const before = entriesOf({ entries: trial.entries() }, 'started').length;
  await sender.sendMany(2 * IN_FLIGHT, { kind: 'work', forMs: HANDLING_MS });
  await view.within(5_000, async () => (await view.load()).active === IN_FLIGHT);
  await limitFiles(server, statSync(appendOnlyFile(server.folder)).size);
  const outage = outageOf(trial);
  trial.ledger.write({ what: 'fault', fault: `disk full for ${outage.forMs} ms`, mayRedeliver: outage.mayRedeliver });
  const fullAtMs = nowMs();
  const violations = await refusals(sender);
  await pause(outage.forMs - (nowMs() - fullAtMs));
  const ended = entriesOf({ entries: trial.entries() }, 'effect').length;
  if (ended < before + IN_FLIGHT) violations.push(missing(`only ${ended} handlers ended while the disk was full`));
  await limitFiles(server, 'unlimited');
  const roomAtMs = nowMs();
  await view.emptied(20_000);
  return { violations, storedMs: nowMs() - roomAtMs };
}

/** Nothing can be renewed meanwhile: leases run out after 15 s, and then a delivery may go to another. */
function outageOf({ extent, control }: Trial): { readonly forMs: number; readonly mayRedeliver: number } {
  if (extent === 'all' && control === undefined) return { forMs: 60_000, mayRedeliver: IN_FLIGHT };
  return { forMs: 5_000, mayRedeliver: 0 };
}

async function refusals(sender: Sender): Promise<Violation[]> {
  // The server notices with its next write, and refuses from then on.
  await sender.send({ kind: 'return' }).catch(() => undefined);
  await pause(1_500);
  const outcome = await sender.send({ kind: 'return' }).catch((error: unknown) => error);
  if (outcome instanceof SendRefusedError && outcome.message.includes('MISCONF')) return [];
  return [missing(`a send to a full disk was not refused in words: ${String(outcome)}`)];
}

/**
 * The same program, started so that a write beyond the limit is refused to it, as on a full disk, and not answered with the
 * signal that would end it. What the shell ignores, the program that takes its place ignores, too.
 *
 * @param folder an empty one, for the program's new name.
 */
export async function withoutSizeSignal(binary: ServerBinary, folder: string): Promise<ServerBinary> {
  // Debian's program acts by the name it is called.
  await symlink(binary.path, join(folder, binary.argv0));
  const path = join(folder, 'start');
  await writeFile(path, `#!/bin/sh\ntrap '' XFSZ\nexec '${join(folder, binary.argv0)}' "$@"\n`);
  await chmod(path, 0o700);
  return { ...binary, path };
}

/** From now on no file of the server can grow beyond so many bytes. Linux only. */
export async function limitFiles({ pid }: PrivateServer, mostBytes: number | 'unlimited'): Promise<void> {
  // The soft limit alone, which its owner may raise again.
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${mostBytes}:`]);
}
