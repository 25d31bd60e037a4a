// 40: workers are killed while they handle jobs with keys.
import type { Violation } from '../checker/evidence.js';
import type { LedgerEntry } from '../checker/ledger.js';
import { setStage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const killedKeys: Scenario = {
  number: 40,
  name: 'SIGKILL among jobs with keys',
  about:
    'Workers are killed while jobs of a thousand keys are handled, of which a fifth is tried again: each key in order.',
  runs: { quick: 4, usual: 10, all: 50 },
  controls: ['turns'],
  controlRuns: 3,
  async run(trial) {
    const { server, sender, view } = await setStage(trial, {}, 'process');
    const start = () => trial.worker({ redis: server.url, options: { consumers: CONSUMERS } }).ready();
    const workers = await Promise.all([start(), start(), start()]);
    const jobs = trial.extent === 'quick' ? 5 : 20;
    const sending = send(trial, sender, jobs);
    let all: unknown;
    void sending.then(() => (all = true));
    for (let run = 0; run < trial.runs; run += 1) {
      trial.log(`${run + 1} of ${trial.runs}`);
      const victim = workers[run % workers.length];
      if (victim === undefined) break;
      const before = victim.reports.length;
      // The last are killed when nothing may be left to do.
      await Promise.race([
        victim.until(() => victim.reports.length > before + JOBS_BETWEEN),
        view.within(5_000, isIdle),
      ]);
      trial.ledger.write({ what: 'fault', fault: `SIGKILL ${victim.name}`, mayRedeliver: CONSUMERS });
      victim.signal('SIGKILL');
      workers[run % workers.length] = await start();
    }
    await sending;
    // Each that throws is delivered once more.
    trial.ledger.write({ what: 'fault', fault: 'handlers that throw', mayRedeliver: Math.ceil((KEYS * jobs) / 5) });
    const violations = await trial.judge({ view, settleMs: SETTLE_MS });
    return { violations: [...violations, ...disorderedKeys(trial.entries())] };

    async function isIdle(): Promise<boolean> {
      const { active, waiting } = await view.load();
      return all === true && active + waiting === 0;
    }
  },
};

const KEYS = 1_000;
const CONSUMERS = 16;
const JOBS_BETWEEN = 150;
const SETTLE_MS = 30_000;

type Sending = Awaited<ReturnType<typeof setStage>>['sender'];

/** The jobs of a round in one turn: one for each key. The control sends them without their keys. */
async function send(trial: Trial, sender: Sending, jobs: number): Promise<void> {
  for (let round = 0; round < jobs; round += 1) {
    const first = sender.nextOrder;
    await Promise.all(
      Array.from({ length: KEYS }, (_, i) => {
        const plan =
          (first + i) % 5 === 0 ? ({ kind: 'throw', deliveries: 1 } as const) : ({ kind: 'return' } as const);
        return sender.send(plan, trial.control === 'turns' ? {} : { key: keyOf(first + i) });
      }),
    );
  }
}

function keyOf(order: number): string {
  return `key-${order % KEYS}`;
}

/** Of each key a job starts when the one before has had its effect, and none of an earlier one starts after that. */
function disorderedKeys(entries: readonly LedgerEntry[]): readonly Violation[] {
  const orders = new Map<string, number>();
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const entry of entries) {
    if (entry.what !== 'started') continue;
    orders.set(entry.job, entry.order);
    const key = keyOf(entry.order);
    const before = last.get(key);
    if (before !== undefined && before > entry.order)
      wrong.push(`job ${entry.order} of ${key} started after job ${before}`);
    last.set(key, entry.order);
  }
  return [...wrong, ...startedTooSoon(entries, orders)].slice(0, 20).map((what) => ({ invariant: 'O' as const, what }));
}

/** A job that started while an earlier one of its key had not had its effect. */
function startedTooSoon(entries: readonly LedgerEntry[], orders: ReadonlyMap<string, number>): readonly string[] {
  const effects = new Map<number, number>();
  for (const entry of entries) {
    const order = entry.what === 'effect' ? orders.get(entry.job) : undefined;
    if (order !== undefined && !effects.has(order)) effects.set(order, entry.atMs);
  }
  return entries.flatMap((entry) => {
    if (entry.what !== 'started' || entry.order <= KEYS) return [];
    const endedAtMs = effects.get(entry.order - KEYS);
    if (endedAtMs !== undefined && endedAtMs <= entry.atMs) return [];
    return [`job ${entry.order} started before job ${entry.order - KEYS} of its key had ended`];
  });
}
