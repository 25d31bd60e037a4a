// What is wrong with the fleet, and what happened to its processes, in words.
import type { ProcessEvent } from '#protocol/live.js';
import { duration, plural } from '../figures/format.js';
import type { LiveFleet } from './live-fleet.js';
import { freshForMs, type LiveWorker } from './live-worker.js';

/** How long a death is a trouble. */
const deathForMs = 60_000;

/** A few words for each trouble, the worst first; empty when all is well. @param freshDeadLetters that were not seen in this browser. */
export function troublesOf(fleet: LiveFleet, freshDeadLetters: number): readonly string[] {
  const nowMs = fleet.nowMs();
  const alive = [...fleet.workers.values()].filter(({ ended }) => ended === undefined);
  return [
    deaths(fleet, nowMs),
    staleness(fleet, alive, nowMs),
    blockages(alive),
    workerlessQueues(fleet, alive),
    stuckness(fleet, nowMs),
    pauses(fleet),
    freshDeadLetters === 0 ? undefined : plural(freshDeadLetters, 'new dead letter'),
  ].filter((words) => words !== undefined);
}

function deaths(fleet: LiveFleet, nowMs: number): string | undefined {
  const died = fleet.recentEvents().filter(({ what, atMs }) => what === 'died' && nowMs - atMs < deathForMs);
  const [latest] = died;
  if (latest === undefined) return undefined;
  const held = died.reduce((sum, event) => sum + event.held, 0);
  const back = held === 0 ? 'no job was held' : `${plural(held, 'job')} given back`;
  const sinceMs = nowMs - latest.atMs;
  // Each death has its own time: that of the latest is not that of all.
  const when = died.length === 1 ? `${ago(sinceMs)} ago` : `in the last minute, the last ${ago(sinceMs)} ago`;
  return `${plural(died.length, 'process', 'processes')} died ${when}: ${back}`;
}

function staleness(fleet: LiveFleet, alive: readonly LiveWorker[], nowMs: number): string | undefined {
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

function workerlessQueues(fleet: LiveFleet, alive: readonly LiveWorker[]): string | undefined {
  const waiting = fleet.queues.reduce((sum, line) => sum + line.waiting, 0);
  return waiting > 0 && alive.length === 0 ? `${plural(waiting, 'job')} wait and no worker runs` : undefined;
}

function stuckness(fleet: LiveFleet, nowMs: number): string | undefined {
  const stuck = [...fleet.consumers()].filter((consumer) => consumer.isStuck(fleet.usual, nowMs)).length;
  return stuck === 0 ? undefined : `${plural(stuck, 'job')} take much longer than usual`;
}

function pauses(fleet: LiveFleet): string | undefined {
  const paused = fleet.queues.filter(({ isPaused }) => isPaused).map(({ queue }) => queue);
  if (paused.length > 3) return `${paused.length} queues are paused`;
  return paused.length === 0 ? undefined : `${paused.map((queue) => `queue ${queue}`).join(', ')} paused`;
}

/** In whole seconds: a line that changes all the time cannot be read. */
const ago = (ms: number) => duration(Math.max(1, Math.round(ms / 1_000)) * 1_000).replace('.0 ', ' ');

export function processEventText({ host, pid, what, held }: ProcessEvent): string {
  const name = `${host} · ${pid}`;
  if (what === 'joined') return `${name} started`;
  if (what === 'left') return `${name} took its leave`;
  return `${name} died, held ${held === 0 ? 'nothing' : `${plural(held, 'job')}: given back`}`;
}
