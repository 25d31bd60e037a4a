// What a person sees of an audit: its progress, and packages that are audited again, so that there is something to watch.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from '@acktor/core';
import { idFor, scanPackage } from './jobs.js';
import { SingleBar } from 'cli-progress';
import type { AuditState } from './send-and-collect.js';

export interface BusyOptions {
  readonly producer: Producer;
  /** The project's folder, and the packages' paths from there. */
  readonly project: string;
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
}

/** Sends a few random packages a second until the signal aborts; what becomes of them goes into no report. */
export async function keepBusy({ producer, project, paths, signal }: BusyOptions): Promise<void> {
  for (let round = 1; !signal.aborted; round += 1) {
    const path = paths[Math.floor(Math.random() * paths.length)] ?? '';
    const payload = { project, path, round, paceMs: somePaceMs() };
    await producer.send(scanPackage, payload, { id: idFor(payload) });
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

const EVERY_MS = 300;
const SHORTEST_MS = 200;
const LONGEST_MS = 4_000;

/** Most are short and a few are long, as work is. */
function somePaceMs(): number {
  return Math.round(SHORTEST_MS + (LONGEST_MS - SHORTEST_MS) * Math.random() ** 3);
}

/** Shows until disposed of. */
export interface Progress extends Disposable {
  show(state: AuditState, kills: number): void;
}

/** `total` is how many jobs are expected. */
export function showProgress(total: number): Progress {
  // Where the bar is drawn.
  return process.stderr.isTTY ? bar(total) : lines();
}

function bar(expected: number): Progress {
  const shown = new SingleBar({
    format: '{bar} {value}/{total} jobs, {duration} s{kills}',
    hideCursor: true,
    barsize: 30,
  });
  shown.start(expected, 0, { kills: '' });
  return {
    show({ ended, total }, kills) {
      shown.setTotal(total);
      shown.update(ended, { kills: kills === 0 ? '' : `, workers killed: ${kills}` });
    },
    [Symbol.dispose]: () => shown.stop(),
  };
}

function lines(): Progress {
  let quarters = 0;
  return {
    show({ ended, total }) {
      const reached = Math.floor((4 * ended) / total);
      if (reached > quarters) console.log(`${ended} of ${total} jobs`);
      quarters = Math.max(quarters, reached);
    },
    [Symbol.dispose]: () => undefined,
  };
}
