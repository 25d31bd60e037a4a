// After an audit that somebody watches: packages are audited again, so that there is something to be seen.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from '@acktor/core';
import { idFor, scanPackage } from '../jobs.js';

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
