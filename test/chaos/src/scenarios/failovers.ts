// What 16 and 17 have in common: another server takes over while jobs are sent, handled and held.
import { setTimeout as pause } from 'node:timers/promises';
import type { Violation } from '../checker/evidence.js';
import type { Figure } from '../checker/figures.js';
import { nowMs, missing, within } from '../trial/time.js';
import type { Defence } from '../defences/defence.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { keepSending } from '../trial/keep-sending.js';
import type { QueueView } from '../trial/queue-view.js';
import type { Sender } from '../trial/sender.js';
import type { Trial } from '../trial/trial.js';
import type { Finding } from './scenario.js';

/** Servers of which one can take over from another. */
export interface Servers {
  readonly url: string;
  /** How many replicas a server has: whichever takes over has what all of them confirmed. */
  readonly replicas: number;
  /** Injects a fault. Resolves, when another server is in charge, with how to undo it. */
  failOver(): Promise<() => Promise<void>>;
}

/** The control of both: a worker that goes on believing the first answer to the question who is in charge. */
export const SEARCH = 'the search for who is in charge';

/**
 * Fails over `trial.runs` times. Each time work must go on, and what is held must stay with its worker.
 *
 * Replication is asynchronous. What a server did that no replica had is undone with it: a fence is handed out again, which H has
 * no word for, and jobs whose acks are gone run again.
 */
export async function failOverAgainAndAgain(trial: Trial, servers: Servers): Promise<Finding> {
  const { url: redis, replicas } = servers;
  const without: readonly Defence[] = trial.control === SEARCH ? ['search'] : [];
  const sender = await trial.sender({ redis, confirm: { replicas }, confirmTimeoutMs: CONFIRM_MS });
  const view = await trial.view(servers);
  const start = () => trial.worker({ redis, without, options: { consumers: CONSUMERS } }).ready();
  const workers = await Promise.all([start(), start()]);
  const samples: number[] = [];
  const taken: Violation[] = [];
  for (let run = 1; run <= trial.runs; run += 1) {
    trial.log(`${run} of ${trial.runs}`);
    const { order, backAfterMs } = await failOverOnce(trial, servers, { sender, view, workers });
    samples.push(backAfterMs);
    const starts = trial.entries().filter((entry) => entry.what === 'started' && entry.order === order);
    if (starts.length > 1) taken.push(missing(`job ${order} was taken from a worker that lives`));
  }
  const figure: Figure = { name: 'new server to next start', unit: 'ms', samples };
  const judged = (await trial.judge({ view })).filter(({ invariant }) => invariant !== 'H');
  const violations = [...judged, ...taken, ...trial.missed(figure, { max: 5_000 })];
  return { figures: [figure], violations };
}

interface Scene {
  readonly sender: Sender;
  readonly view: QueueView;
  readonly workers: readonly WorkerProcess[];
}

async function failOverOnce(trial: Trial, servers: Servers, { sender, view, workers }: Scene) {
  const { order } = await sender.send({ kind: 'hold', deliveries: 1 });
  await Promise.race(workers.map((worker) => worker.reported('started', order)));
  const sending = keepSending(sender, { lines: 4, betweenMs: 5 });
  await pause(trial.random.whole(300, 800));
  trial.ledger.write({ what: 'fault', fault: 'failover', mayRedeliver: MOST_UNDONE });
  const mend = await servers.failOver();
  const overAtMs = nowMs();
  const next = within(SETTLE_MS, Promise.race(workers.map((worker) => startedAfter(worker, overAtMs))));
  const backAfterMs = ((await next) ?? Number.POSITIVE_INFINITY) - overAtMs;
  await mend();
  await pause(HOLD_OFF_MS);
  for (const worker of workers) worker.order('release');
  await sending.stop();
  await view.emptied(SETTLE_MS);
  return { order, backAfterMs };
}

async function startedAfter(worker: WorkerProcess, atMs: number): Promise<number> {
  const find = () => worker.reports.find((report) => report.type === 'started' && report.atMs > atMs);
  await worker.until(() => find() !== undefined);
  return find()?.atMs ?? Number.POSITIVE_INFINITY;
}

const CONSUMERS = 3;
/** While a server is away there are not enough replicas: the send is called unconfirmed soon, and the next one follows. */
const CONFIRM_MS = 300;
/** A second's worth of acks. */
const MOST_UNDONE = 200;
const SETTLE_MS = 15_000;
/** When it is over, a worker that is still missing counts as dead: none may be. */
const HOLD_OFF_MS = 2_500;
