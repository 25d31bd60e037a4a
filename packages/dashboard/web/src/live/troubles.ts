// Whether anything is wrong, in a few words each: the worst first.
import { duration, plural } from '../numbers/format.js';
import type { FleetModel } from './fleet-model.js';
import { freshForMs } from './freshness.js';
import type { LiveWorker } from './live-worker.js';
import { isStuck } from './stuck.js';

/** How long a death is news. */
const newsForMs = 60_000;

/** Empty when all is well. @param freshDeadLetters that nobody has looked at in this browser. */
export function troublesOf(fleet: FleetModel, freshDeadLetters: number): readonly string[] {
  const nowMs = fleet.nowMs();
  const alive = [...fleet.workers.values()].filter(({ ended }) => ended === undefined);
  return [
    deaths(fleet, nowMs),
    staleness(fleet, alive, nowMs),
    blockages(alive),
    nobody(fleet, alive),
    stuckness(fleet, nowMs),
    pauses(fleet),
    freshDeadLetters === 0 ? undefined : plural(freshDeadLetters, 'new dead letter'),
  ].filter((words) => words !== undefined);
}

function deaths(fleet: FleetModel, nowMs: number): string | undefined {
  const died = fleet.lately.all(nowMs).filter(({ what, atMs }) => what === 'died' && nowMs - atMs < newsForMs);
  const [latest] = died;
  if (latest === undefined) return undefined;
  const held = died.reduce((sum, news) => sum + news.held, 0);
  const back = held === 0 ? 'no job was held' : `${plural(held, 'job')} given back`;
  const sinceMs = nowMs - latest.atMs;
  // Each has its own time: that of the last is not that of all.
  const when = died.length === 1 ? `${ago(sinceMs)} ago` : `in the last minute, the last ${ago(sinceMs)} ago`;
  return `${plural(died.length, 'process', 'processes')} died ${when}: ${back}`;
}

function staleness(fleet: FleetModel, alive: readonly LiveWorker[], nowMs: number): string | undefined {
  const quiet = alive.filter(({ isQuiet }) => isQuiet);
  const oldestMs = Math.max(...quiet.map((worker) => nowMs - worker.asOfMs(nowMs)));
  if (quiet.length > 0) return `data of ${plural(quiet.length, 'process', 'processes')} is ${ago(oldestMs)} old`;
  const countedMs = nowMs - fleet.queuesAtMs;
  const isLate = fleet.queues.length > 0 && countedMs > 2 * freshForMs;
  return isLate ? `the queues were counted ${ago(countedMs)} ago` : undefined;
}

function blockages(alive: readonly LiveWorker[]): string | undefined {
  const blocked = alive.filter(({ blockedForMs }) => blockedForMs > 0);
  const longestMs = Math.max(...blocked.map(({ blockedForMs }) => blockedForMs));
  if (blocked.length === 0) return undefined;
  return `the event loop of ${plural(blocked.length, 'process', 'processes')} has been blocked for ${duration(longestMs)}`;
}

function nobody(fleet: FleetModel, alive: readonly LiveWorker[]): string | undefined {
  const waiting = fleet.queues.reduce((sum, line) => sum + line.waiting, 0);
  return waiting > 0 && alive.length === 0 ? `${plural(waiting, 'job')} wait and no worker runs` : undefined;
}

function stuckness(fleet: FleetModel, nowMs: number): string | undefined {
  const stuck = [...fleet.consumers()].filter((consumer) => isStuck(consumer, fleet.usual, nowMs)).length;
  return stuck === 0 ? undefined : `${plural(stuck, 'job')} take much longer than usual`;
}

function pauses(fleet: FleetModel): string | undefined {
  const paused = fleet.queues.filter(({ isPaused }) => isPaused).map(({ queue }) => queue);
  if (paused.length > 3) return `${paused.length} queues are paused`;
  return paused.length === 0 ? undefined : `${paused.map((queue) => `queue ${queue}`).join(', ')} paused`;
}

/** In whole seconds: a line that changes all the time cannot be read. */
const ago = (ms: number) => duration(Math.max(1, Math.round(ms / 1_000)) * 1_000).replace('.0 ', ' ');
