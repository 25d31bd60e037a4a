// 9: all connections are reset, every two seconds.
import { setTimeout as pause } from 'node:timers/promises';
import { entriesOf } from '../checker/evidence.js';
import { nowMs, missing } from '../trial/time.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const resetConnections: Scenario = {
  number: 9,
  name: 'all connections reset every 2 s',
  about:
    'Every connection of a worker is reset every 2 s: no worker is taken for dead, and four fifths of the work is done.',
  runs: { quick: 5, usual: 10, all: 150 },
  isLong: true,
  controls: ['the grace time'],
  controlRuns: 5,
  async run(trial) {
    // A hundred entries that wait for the disk kept the proxy from answering, and the worker away for longer than its grace time.
    const stage = await setStage(trial, {}, 'process');
    const proxy = await trial.proxy(stage.server);
    const options = { consumers: 10, ...(trial.control !== undefined && { graceMs: 50 }) };
    const worker = await trial.worker({ redis: proxy.url, options }).ready();
    const held = await stage.sender.send({ kind: 'hold', deliveries: 1 });
    await worker.reported('started', held.order);
    await trial.worker({ redis: stage.server.url, options: { ...options, consumers: 1 } }).ready();
    const calm = await keepBusy(trial, stage, { forMs: CALM_MS });
    const rough = await keepBusy(trial, stage, {
      forMs: trial.runs * EVERY_MS,
      reset: () => proxy.cut(undefined, AWAY_MS),
    });
    worker.order('release');
    const violations = [...(await trial.judge(stage))];
    // Read now and not before: a long ledger takes a second, in which the proxy brings no worker back that was just cut off.
    const starts = entriesOf({ entries: trial.entries() }, 'started').map(({ atMs }) => atMs);
    const share = throughput(starts, rough) / throughput(starts, calm);
    if (share < 0.8) violations.push(missing(`expected 80 % of the throughput, got ${Math.round(share * 100)} %`));
    return { violations, figures: [{ name: 'throughput kept', unit: '%', samples: [share * 100] }] };
  },
};

const EVERY_MS = 2_000;
const CALM_MS = 6_000;
/** Attempts come 20, 60 and 120 ms after a reset: within a grace time of 250 ms, beyond one of 50 ms. */
const AWAY_MS = 80;

interface Spell {
  readonly forMs: number;
  readonly reset?: () => void;
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Jobs never run out for so long; then all are worked off. */
async function keepBusy(trial: Trial, { sender, view }: Stage, spell: Spell): Promise<Span> {
  const fromMs = nowMs();
  const untilMs = fromMs + spell.forMs;
  let resetAtMs = fromMs + EVERY_MS;
  while (nowMs() < untilMs) {
    if ((await view.load()).waiting < BACKLOG) await sender.sendMany(BACKLOG, { kind: 'work', forMs: 20 });
    else await pause(20);
    if (nowMs() < resetAtMs) continue;
    resetAtMs += EVERY_MS;
    trial.log(`${Math.round((nowMs() - fromMs) / 1_000)} of ${spell.forMs / 1_000} s`);
    spell.reset?.();
  }
  await view.within(30_000, async () => (await view.load()).waiting === 0);
  return { fromMs, untilMs };
}

function throughput(startsMs: readonly number[], { fromMs, untilMs }: Span): number {
  return startsMs.filter((atMs) => atMs >= fromMs && atMs < untilMs).length / (untilMs - fromMs);
}

const BACKLOG = 100;
