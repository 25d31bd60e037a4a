// Whether somebody works on what waits, and whether the workers keep up with their own timers.
import { duration } from '../../output/durations.js';
import { counted } from '../../output/output.js';
import { ok, warn, type Check, type Findings } from '../check.js';

export const workersCheck: Check = {
  name: 'workers',
  judge: (findings) => {
    const { workers } = findings;
    const [unattended] = unattendedOf(findings);
    if (unattended !== undefined)
      return warn(`${unattended} has jobs that wait, and no worker`, 'start one: acktor work <files>');
    const late = workers.toSorted((one, other) => latenessOf(other) - latenessOf(one))[0];
    if (late !== undefined && latenessOf(late) > LATE_MS) return warn(lateWords(late), MORE_PROCESSES);
    return ok(
      workers.length === 0 ? 'none, and nothing waits' : counted(workers.length, 'process runs', 'processes run'),
    );
  },
};

function unattendedOf({ queues, workers }: Findings): readonly string[] {
  const attended = new Set(workers.flatMap(({ consumers }) => consumers.map(({ queue }) => queue)));
  return queues.filter(({ queue, waiting }) => waiting > 0 && !attended.has(queue)).map(({ queue }) => queue);
}

type Worker = Findings['workers'][number];

function latenessOf({ eventLoop }: Worker): number {
  return Math.max(eventLoop.blockedForMs, eventLoop.lagP99Ms);
}

function lateWords({ workerId, host, eventLoop: { blockedForMs, lagP99Ms } }: Worker): string {
  const lateness =
    blockedForMs > LATE_MS ? `has not moved for ${duration(blockedForMs)}` : `is ${duration(lagP99Ms)} late at times`;
  return `the main thread of ${workerId} on ${host} ${lateness}`;
}

const LATE_MS = 1_000;
const MORE_PROCESSES = 'its handlers compute for too long: give them fewer consumers and more processes (--processes)';
