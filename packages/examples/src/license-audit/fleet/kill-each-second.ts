// The trial of `--kill`: one worker killed each second.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Standing } from '../send-and-collect.js';
import type { Fleet } from './fleet.js';

export interface KillOptions {
  readonly fleet: Fleet;
  /** How far the work has come. */
  readonly standing: () => Standing;
  readonly signal: AbortSignal;
}

/** The fewest kills of a trial, however soon the work is done. */
const FEWEST_KILLS = 5;
/** Half of the delivery limit, after which a job is taken for what ends its workers. */
const MOST_REDELIVERIES = 10;

/**
 * Kills until the work is done, and five times at least. After these it ends when a second brings no end of a job, or when one
 * job was lost ten times: what was lost comes first again, and on a machine that takes long to start a worker, large packages
 * would never be read in what is left of its two seconds.
 */
export async function killEachSecond({ fleet, standing, signal }: KillOptions): Promise<void> {
  for (let endedBefore = -1; fleet.kills < FEWEST_KILLS || isWorthIt(fleet, standing(), endedBefore);) {
    endedBefore = standing().ended;
    // A sleep that is aborted throws an error of its own, not the signal's reason.
    await sleep(1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    fleet.killOne();
  }
}

/** How long each scan must take at least, in milliseconds, so that some seconds' kills find work to interrupt. */
export function paceForKills(packages: number, consumers: number): number {
  return Math.min(LONGEST_PACE_MS, Math.ceil((TRIAL_MS * consumers) / packages));
}

const TRIAL_MS = 4_000;
/** Workers live two seconds: a scan that took longer would never end. */
const LONGEST_PACE_MS = 1_000;

function isWorthIt(fleet: Fleet, { ended, total }: Standing, endedBefore: number): boolean {
  return ended < total && ended > endedBefore && fleet.mostRedeliveries < MOST_REDELIVERIES;
}
