// One audit from its start to its report, on a server and a fleet of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Producer } from '@acktor/core';
import { EmbeddedServer } from '@acktor/core/server';
import { keepBusy, showProgress } from './watching.js';
import { serveDashboard } from '../fleet/serve-dashboard.js';
import { listenForInterruption, type Interruption } from '../fleet/interruption.js';
import { Fleet, killEachSecond, paceForKills } from '../fleet/fleet.js';
import { makeReport, type Report } from './report/report.js';
import { sendAndCollect, type AuditOutcome, type AuditState } from './send-and-collect.js';

/** What is to be audited, and how. */
export interface AuditOrder {
  /** The project's folder, and its packages' from there. */
  readonly project: string;
  readonly paths: readonly string[];
  /** Consumers of each worker process. */
  readonly consumers: number;
  /** Whether a worker is killed each second. */
  readonly hasKills: boolean;
  /**
   * What comes after the report: `watch` until a signal ends the process, while packages are audited again; or the end, as
   * was asked for with `once`, or because there is no terminal to end it from.
   */
  readonly after: 'watch' | 'once' | 'noTerminal';
}

/**
 * Audits, shows the report, and leaves nothing behind.
 * @throws InterruptedError at the first SIGINT or SIGTERM; WorkerStartError; and what core throws.
 */
export async function audit(order: AuditOrder, show: (report: Report) => Promise<void>): Promise<void> {
  const startedAt = new Date();
  using interruption = listenForInterruption('no report was made');
  const folder = await mkdtemp(join(tmpdir(), 'acktor-audit-'));
  try {
    // A server of this run alone: what an interrupted one left in its queues is not in ours.
    await using server = await EmbeddedServer.start({ folder });
    await using producer = await Producer.connect({ redis: server.url });
    await using fleet = startFleet(folder, order.consumers);
    await using dashboard = await serveDashboard(server.url);
    console.log(`Watch it on ${dashboard.signInUrl}${UNTIL[order.after]}`);
    const outcome = await auditWith({ producer, fleet, interruption }, order);
    // The counts are complete then. The same workers stay for the dashboard: new ones would puzzle its reader.
    await (order.after === 'watch' ? fleet.caughtUp() : fleet.close());
    const { kills, redeliveries: redelivered } = fleet;
    const tookMs = Date.now() - startedAt.getTime();
    const { consumers, project } = order;
    const run = { startedAt: startedAt.toISOString(), tookMs, workers: PROCESSES, consumers, kills, redelivered };
    await show(makeReport(basename(project), outcome, run));
    if (order.after === 'watch') await goOn({ producer, fleet, interruption }, order, dashboard.signInUrl);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const PROCESSES = 2;

const UNTIL: Readonly<Record<AuditOrder['after'], string>> = {
  watch: '',
  once: ' until the report is made',
  noTerminal: ' until the report is made: there is no terminal to end it from later',
};

/** Audits again until a signal ends the process. */
async function goOn({ producer, fleet, interruption }: Means, { project, paths }: AuditOrder, url: string) {
  console.log('The audit is done. A few packages a second are checked again, so that there is something to watch:');
  console.log(`${url} stays until Ctrl-C`);
  await keepBusy({ producer, project, paths, signal: AbortSignal.any([interruption.signal, fleet.failure]) });
  fleet.failure.throwIfAborted();
}

interface Means {
  readonly producer: Producer;
  readonly fleet: Fleet;
  readonly interruption: Interruption;
}

function startFleet(folder: string, consumers: number): Fleet {
  const classify = Math.floor(consumers / 4) || 1;
  return new Fleet({
    size: PROCESSES,
    program: fileURLToPath(new URL('worker.js', import.meta.url)),
    args: [folder, String(consumers - classify), String(classify)],
    logFile: join(folder, 'workers.log'),
  });
}

async function auditWith({ producer, fleet, interruption }: Means, order: AuditOrder): Promise<AuditOutcome> {
  const { project, paths, consumers, hasKills } = order;
  console.log(`Auditing ${paths.length} packages of ${project} with ${PROCESSES} workers of ${consumers} consumers`);
  using progress = showProgress(2 * paths.length);
  const signal = AbortSignal.any([interruption.signal, fleet.failure]);
  let state: AuditState = { ended: 0, total: 2 * paths.length };
  const onProgress = (latest: AuditState) => {
    state = latest;
    progress.show(latest, fleet.kills);
  };
  const paceMs = hasKills ? paceForKills(paths.length, PROCESSES * consumers) : 0;
  const collecting = sendAndCollect({ producer, project, paths, paceMs, signal, onProgress });
  if (hasKills) await Promise.all([collecting, killEachSecond({ fleet, state: () => state, signal })]);
  return await collecting;
}
