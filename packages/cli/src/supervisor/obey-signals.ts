// What the signals of a supervisor's process mean.
import type { GuardedLog } from '@acktor/core/internal';
import { statesTable } from './states-table.js';
import type { WorkerView } from './worker-process.js';

/** Who obeys. */
export interface Obedient {
  close(): Promise<unknown>;
  stopped(): Promise<unknown>;
  end(): void;
  replace(): void;
  states(): Promise<readonly WorkerView[]>;
}

/**
 * SIGTERM and SIGINT drain, a second one ends at once; SIGHUP replaces the workers one by one; SIGUSR2 prints what every
 * consumer does, on standard output. Listens until the supervisor has stopped.
 */
export function obeySignals(supervisor: Obedient, log: GuardedLog): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) return supervisor.end();
    isStopping = true;
    log.info({ signal }, 'draining; a second signal ends the workers at once');
    void supervisor.close();
  };
  const obeyed: readonly (readonly [NodeJS.Signals, (signal: NodeJS.Signals) => void])[] = [
    ['SIGTERM', stop],
    ['SIGINT', stop],
    ['SIGHUP', () => supervisor.replace()],
    ['SIGUSR2', () => void supervisor.states().then((views) => process.stdout.write(statesTable(views).toString()))],
  ];
  for (const [signal, obey] of obeyed) process.on(signal, obey);
  void supervisor.stopped().then(() => {
    for (const [signal, obey] of obeyed) process.off(signal, obey);
  });
}
