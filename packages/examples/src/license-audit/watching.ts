// An audit that somebody watches: its live view, and packages that are audited again, so that there is something to be seen.
import { Dashboard, ListenError } from '@acktor/dashboard';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from '@acktor/core';
import { idFor, scanPackage } from './jobs.js';

/** Serves the audit's server on the usual port or, when another dashboard has that, on a free one. */
export async function watchAudit(redis: string): Promise<Dashboard> {
  try {
    return await Dashboard.start({ redis });
  } catch (error) {
    if (error instanceof ListenError) return Dashboard.start({ redis, port: 0 });
    throw error;
  }
}

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
