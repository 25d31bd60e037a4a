// One thing that a doctor looks at, and what comes of it.
import type { QueueDepth } from '@acktor/core';
import type { QueueSymptoms, WorkerReport } from '@acktor/core/engine';
import type { ServerExam } from '@acktor/core/internal';

/** What was found, before it is judged. */
export interface Findings {
  /** Where the server is, without a password. */
  readonly address: string;
  /** Every server that has keys: one, or the primaries of a cluster. At least one. */
  readonly servers: readonly ServerExam[];
  /** Whether the server told, in half a second, that a connection had gone. */
  readonly isPresenceTold: boolean;
  readonly queues: readonly QueueFindings[];
  readonly workers: readonly WorkerReport[];
  readonly atMs: number;
}

export type QueueFindings = QueueDepth & QueueSymptoms;

/** `ok`, or what is wrong, and then what to do about it. */
export type Verdict =
  | { readonly state: 'ok'; readonly found: string }
  | { readonly state: 'warn' | 'fail'; readonly found: string; readonly fix: string };

/** A check: looks at one thing, and says how it is. */
export interface Check {
  readonly name: string;
  readonly judge: (findings: Findings) => Verdict;
}

/** A check that looks at each server for itself: the worst verdict stands for all. */
export function ofEachServer(judge: (exam: ServerExam, findings: Findings) => Verdict): Check['judge'] {
  return (findings) => worstOf(findings.servers.map((exam) => judge(exam, findings)));
}

export function ok(found: string): Verdict {
  return { state: 'ok', found };
}

export function warn(found: string, fix: string): Verdict {
  return { state: 'warn', found, fix };
}

export function fail(found: string, fix: string): Verdict {
  return { state: 'fail', found, fix };
}

/** @throws for none: whoever asks has at least one. */
function worstOf(verdicts: readonly Verdict[]): Verdict {
  const worst = SEVERITY.map((state) => verdicts.find((verdict) => verdict.state === state)).find(Boolean);
  if (worst === undefined) throw new RangeError('expected at least one verdict');
  return worst;
}

const SEVERITY = ['fail', 'warn', 'ok'] as const;
