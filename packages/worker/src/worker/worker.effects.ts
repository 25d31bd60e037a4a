// What a worker's chart does: to its crews, its heartbeat and its connection.
import type { WorkerDeps } from './open-worker.js';
import { workerMachine } from './worker.machine.js';

/** The worker's chart with its effects on these deps. */
export function chartWithEffects(deps: WorkerDeps): typeof workerMachine {
  return workerMachine.provide({
    actions: {
      drainCrews: ({ self }) => void drain(deps).then(() => self.send({ type: 'crews.stopped' })),
      endGrace: () => deps.crews.forEach((pool) => pool.endGrace()),
      closeAll: ({ self }) => void closeAll(deps).then(() => self.send({ type: 'closed' })),
    },
  });
}

async function drain({ crews }: WorkerDeps): Promise<void> {
  await Promise.all(crews.map((pool) => pool.drain()));
}

/** The heartbeat goes last but the connection: until then, what is still held counts as held. */
async function closeAll(deps: WorkerDeps): Promise<void> {
  const { id, crews, scopes, events, deadJobs, heartbeat, feed, inspector, connected, log } = deps;
  await Promise.allSettled(crews.map((pool) => pool.close()));
  await deadJobs.close();
  events.flush();
  await scopes.closeAll();
  feed.flush();
  await heartbeat.close();
  feed.close();
  inspector?.stop();
  await connected.close().catch((error: unknown) => log.warn({ err: error }, 'the connection was not closed cleanly'));
  log.info({ worker: id }, 'the worker has stopped');
}
