// Ends the process when it is told to: first by draining its workers, and at once when told twice.
import type { GuardedLog } from '@acktor/core/internal';

/** What is to be closed before the process ends. */
export interface Closable {
  close(): Promise<void>;
  stopped(): Promise<void>;
}

/**
 * On SIGTERM or SIGINT closes `worker`, and all others that this was asked for, and exits with 0 when the last has stopped; on a
 * second one exits with 1 at once, and what is held comes back as from a killed worker. Listens until no such worker is left.
 */
export function endOnSignals(worker: Closable, log: GuardedLog): void {
  if (open.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  open.set(worker, log);
  void worker.stopped().then(() => forget(worker));
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

// Signals are the process's, not a worker's: whoever drains fastest must not end the process under the others.
const open = new Map<Closable, GuardedLog>();
let isEnding = false;

function end(signal: NodeJS.Signals): void {
  if (isEnding) process.exit(1);
  isEnding = true;
  for (const log of new Set(open.values())) log.info({ signal }, 'draining; a second signal ends the process at once');
  void Promise.all([...open.keys()].map((worker) => worker.close())).then(() => process.exit(0));
}

function forget(worker: Closable): void {
  open.delete(worker);
  if (open.size === 0 && !isEnding) for (const signal of SIGNALS) process.off(signal, end);
}
