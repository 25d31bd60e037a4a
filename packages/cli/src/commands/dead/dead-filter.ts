// Which dead letters a command means, as flags say it.
import type { DeadLetterFilter } from '@acktor/core';
import type { Command } from 'commander';
import { SettingError } from '../../errors.js';

/** The flags that choose letters. */
export interface FilterFlags {
  readonly reason?: string;
  readonly job?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Adds the flags that choose letters. */
export function withFilterFlags(command: Command): Command {
  return command
    .option('--reason <text>', 'only letters whose reason contains this text')
    .option('--job <name>', 'only letters of the job of this name')
    .option('--since <when>', 'only letters that died since then: a span ago such as 30m, 2h or 3d, or a date')
    .option('--until <when>', 'only letters that died until then');
}

/** Spans are reckoned from `now`, which is to be the server's. @throws SettingError for a time that is none. */
export function filterOf({ reason, job, since, until }: FilterFlags, now: Date): DeadLetterFilter {
  return {
    ...(reason !== undefined && { reason: { contains: reason } }),
    ...(job !== undefined && { jobName: job }),
    ...(since !== undefined && { since: timeOf(since, '--since', now) }),
    ...(until !== undefined && { until: timeOf(until, '--until', now) }),
  };
}

/** Before anything is asked of a server. @throws SettingError for a time that is none. */
export function requireTimes(flags: FilterFlags): void {
  filterOf(flags, new Date(0));
}

function timeOf(text: string, flag: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,9})(s|m|h|d)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  const time = unitMs === undefined ? new Date(text) : new Date(now.getTime() - Number(count) * unitMs);
  if (!Number.isNaN(time.getTime())) return time;
  throw new SettingError(flag, 'a span such as 30m, 2h or 3d, or a date such as 2026-03-01T12:00', text);
}

const UNITS_MS: Readonly<Record<string, number | undefined>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
