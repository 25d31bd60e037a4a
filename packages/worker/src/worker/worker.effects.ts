// What a worker's chart does: to its crews, its heartbeat and its connection.
import type { WorkerParts } from './open-worker.js';
import { workerMachine } from './worker.machine.js';

/** The worker's chart with its effects on these parts. */
export function chartWithEffects(parts: WorkerParts): typeof workerMachine {
  return workerMachine.provide({
    actions: {
      drainCrews: ({ self }) => void drain(parts).then(() => self.send({ type: 'crews.stopped' })),
      endGrace: () => parts.crews.forEach((crew) => crew.endGrace()),
      closeAll: ({ self }) => void closeAll(parts).then(() => self.send({ type: 'closed' })),
    },
  });
}

async function drain({ crews }: WorkerParts): Promise<void> {
  await Promise.all(crews.map((crew) => crew.drain()));
}

/** The heartbeat goes last but the connection: until then, what is still held counts as held. */
async function closeAll(parts: WorkerParts): Promise<void> {
  const { id, crews, scopes, events, deadJobs, heartbeat, feed, inspector, connected, log } = parts;
  await Promise.allSettled(crews.map((crew) => crew.close()));
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
