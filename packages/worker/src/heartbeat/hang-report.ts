// How a supervised process that hangs lets its supervisor know: its main thread, which has the channel between them, cannot.
import { writeSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Where a child of a supervisor writes for how long it has hung, in milliseconds and a line: a descriptor of its own. */
export const HANG_DESCRIPTOR = 4;

/** To be called in a process that a supervisor has started, before any thread: whoever hangs is reported there from now on. */
export function reportHangsToSupervisor(): void {
  setEnvironmentData(KEY, HANG_DESCRIPTOR);
}

/** Called in the heartbeat's thread. Does nothing in a process without a supervisor. */
export function reportHang(forMs: number): void {
  const descriptor = getEnvironmentData(KEY);
  if (typeof descriptor !== 'number') return;
  try {
    writeSync(descriptor, `${Math.round(forMs)}\n`);
  } catch {
    // The supervisor is gone: the process drains as soon as it can.
  }
}

const KEY = 'acktor: where hangs are reported';
