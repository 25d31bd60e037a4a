// 22: jobs that end their worker, which has no supervisor, or that cannot be read.
import { key } from '../trial/queue-view.js';
import { setStage, type Stage } from '../trial/stage.js';
import { entriesOf, type Violation } from '../checker/evidence.js';
import { missing } from '../trial/time.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import type { Plan } from '../fleet/trial-job.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const poison: Scenario = {
  number: 22,
  name: 'poison jobs without a supervisor',
  about:
    'A job ends its process, exhausts its memory, or is no JSON: dead-lettered at the limit, and others are unharmed.',
  runs: { quick: 1, usual: 3, all: 6 },
  lanes: 2,
  controls: ['the delivery limit'],
  async run(trial) {
    const stage = await setStage(trial);
    const keeper = keepAlive(trial, stage);
    const violations: Violation[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      for (const kind of ['exit', 'exhaustMemory'] as const) violations.push(...(await feed(trial, stage, kind)));
      violations.push(...(await feedUnreadable(stage, run)));
    }
    if (trial.control === undefined) await stage.view.emptied(OVER_MS);
    await keeper.stop();
    const isPoison = (order: number) => keeper.poisonous.has(order);
    return { violations: [...violations, ...(await trial.judge({ ...stage, mayDeadLetter: isPoison }))] };

    async function feed(into: Trial, { sender, view }: Stage, kind: 'exit' | 'exhaustMemory') {
      const plan: Plan = { kind, deliveries: 1_000 };
      const { order, receipt } = await sender.send(plan, { priority: 1 });
      keeper.poisonous.add(order);
      into.ledger.write({ what: 'fault', fault: `poison: ${kind}`, mayRedeliver: LIMIT });
      await sender.sendMany(10, { kind: 'work', forMs: 10 });
      const isOver = await view.within(
        trial.control === undefined ? OVER_MS : CONTROL_MS,
        async () => (await view.client.zscore(key('failed'), receipt.id)) !== null,
      );
      const starts = entriesOf({ entries: into.entries() }, 'started').filter((entry) => entry.order === order).length;
      if (!isOver) return [missing(`the poison ${kind} was no dead letter after ${starts} deliveries`)];
      return starts === LIMIT + 1
        ? []
        : [missing(`the poison ${kind} was delivered ${starts} times, not ${LIMIT + 1}`)];
    }
  },
};

/** Redeliveries before a job is poisoned. */
const LIMIT = 3;
/** Four workers start and end meanwhile, one after another, on a machine that may be busy with other trials. */
const OVER_MS = 45_000;
/** Without a limit it is never over. */
const CONTROL_MS = 15_000;

/** Two workers, each replaced when it ends; the poison of one process must not be the end of the fleet. */
function keepAlive(trial: Trial, { server }: Stage) {
  const poisonous = new Set<number>();
  const alive = new Set<WorkerProcess>();
  const deliveryLimit = trial.control === undefined ? LIMIT : 1_000;
  const stopped = new AbortController();
  const request = { redis: server.url, options: { deliveryLimit }, flags: ['--max-old-space-size=64'] };
  const keep = async () => {
    while (!stopped.signal.aborted) {
      const worker = trial.worker(request);
      alive.add(worker);
      await worker.exited();
      alive.delete(worker);
    }
  };
  const keeping = Promise.all([keep(), keep()]);
  const stop = () => {
    stopped.abort();
    for (const worker of alive) worker.signal('SIGKILL');
    return keeping;
  };
  return { poisonous, stop };
}

/** A payload that is not JSON, put there past every check. */
async function feedUnreadable({ view, sender }: Stage, run: number): Promise<readonly Violation[]> {
  const id = `unreadable-${run}`;
  await view.client.hset(key(id), {
    name: 'trial',
    data: '{"order": ',
    opts: '{}',
    timestamp: Date.now(),
    priority: 0,
  });
  await view.client.multi().lpush(key('wait'), id).zadd(key('marker'), 0, '0').exec();
  await sender.sendMany(5, { kind: 'return' });
  const isOver = await view.within(OVER_MS, async () => (await view.client.zscore(key('failed'), id)) !== null);
  return isOver ? [] : [missing('the job that is no JSON was no dead letter')];
}
