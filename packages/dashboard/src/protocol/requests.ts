// The requests a page can make beside the live stream. All paths are relative to where the dashboard is mounted.
//
//   GET  api/session                              → SessionView       role and rights of this browser; 401 until a token was given
//   POST api/session                              → SessionView       body { token }; sets the session's cookie
//   DELETE api/session                            → { ok: true }      clears the cookie
//   GET  api/queues/:queue/jobs?state&cursor      → JobPage
//   GET  api/jobs?id=…                            → JobPage           search by id in all queues
//   GET  api/queues/:queue/jobs/:id               → JobView
//   GET  api/queues/:queue/jobs/:id/payload       → PayloadView       redacted by path
//   GET  api/dead-letters?since=…                  → readonly DeadLetterGroup[]   `since`: older ones are not fresh
//   GET  api/queues/:queue/dead-letters?reason&cursor → DeadLetterPage
//   GET  api/queues/:queue/history                → QueueHistory      the last 15 minutes
//   POST api/queues/:queue/pause | resume         → { ok: true }      operator
//   POST api/queues/:queue/jobs/:id/cancel        → { outcome }       operator
//   POST api/queues/:queue/jobs/:id/retry         → { ok: true }      operator: redrives a dead letter, or makes a delayed job due
//   POST api/queues/:queue/dead-letters/preview   → DeadLetterPreview operator; body DeadLetterAction
//   POST api/queues/:queue/dead-letters/redrive   → { count }         operator; body DeadLetterAction
//   POST api/queues/:queue/dead-letters/purge     → { count }         operator; body DeadLetterAction
//
// Requests that change something carry the header `x-acktor-csrf` with the session's token (all but the token's own POST).
// Errors are an ErrorView with 400, 401, 403, 404, 405, 408, 409, 413, 429 (too many wrong tokens), 500 or 503 (no Redis).
// A page that is opened with `?token=…` is redirected to itself without it: with the cookie set, or with `?refused=…`.
import type { JobAttempt, JobPlace, JobStep } from '@acktor/core/engine';

/** A viewer may look; an operator may act, too. */
export type Role = 'viewer' | 'operator';

/** The parameter of the page's URL that says why the token in its link was refused: it was wrong, or there were too many attempts. */
export const REFUSED = 'refused';
export type Refused = 'wrong' | 'many';

export interface SessionView {
  readonly role: Role;
  readonly csrf: string;
  /** Whether it began with a token, so that the person can sign out. */
  readonly isByToken: boolean;
  readonly namespace: string;
  readonly version: string;
  /** The server, without its password. */
  readonly server: string;
}

export type { JobPlace };

export interface JobLine {
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  readonly place: JobPlace;
  readonly sentAtMs: number;
  readonly attemptsMade: number;
  /** At least as many as attempts: a delivery that was lost with its worker does not count as an attempt. */
  readonly deliveries: number;
  readonly reason: string | undefined;
}

export interface JobPage {
  readonly jobs: readonly JobLine[];
  /** Pass it to get the next page; undefined on the last. */
  readonly cursor: string | undefined;
}

export interface JobView extends JobLine {
  readonly priority: number;
  /** Its headers, by name; redacted ones hold the text `"[redacted]"`. */
  readonly meta: Readonly<Record<string, string>>;
  readonly dueAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** JSON text, for an acked job, when the viewer may see it. */
  readonly result: string | undefined;
  readonly stack: string | undefined;
  readonly progress: string | undefined;
  readonly log: readonly string[];
  /** What its handler has stored with `delivery.step()`, the first first; without the results, which may be private. */
  readonly steps: readonly StepView[];
  readonly attempts: readonly AttemptView[];
}

export type StepView = Omit<JobStep, 'result'>;

/** One delivery: its path through the chart. Oldest first in a job's view. */
export type AttemptView = JobAttempt;

export interface PayloadView {
  /** JSON text; redacted places hold the text `"[redacted]"`. */
  readonly payload: string;
  readonly redactedPaths: readonly string[];
}

export interface ErrorView {
  readonly error: { readonly code: string; readonly message: string };
}

export interface DeadLetterGroup {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
  /** How many of them died after `since`; all of them without it. */
  readonly freshCount: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Whether the queue has more dead letters than the newest ones that were counted: then there are at least `count`. */
  readonly isCountPartial: boolean;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly (JobLine & { readonly diedAtMs: number })[];
  readonly cursor: string | undefined;
}

/**
 * Which dead letters an action is for: one, those with a reason, or all. `untilMs`, the preview's `atMs`, leaves out those that
 * have died since the preview.
 */
export type DeadLetterAction = { readonly untilMs?: number } & (
  | { readonly which: 'one'; readonly id: string }
  | { readonly which: 'reason'; readonly reason: string }
  | { readonly which: 'all' }
);

export interface DeadLetterPreview {
  readonly count: number;
  readonly sampleIds: readonly string[];
  /** Pass it to the action as `untilMs`. */
  readonly atMs: number;
}

export interface QueueHistory {
  readonly stepMs: number;
  readonly points: readonly QueuePoint[];
}

export interface QueuePoint {
  readonly atMs: number;
  readonly waiting: number;
  readonly sentPerSecond: number;
  readonly ackedPerSecond: number;
  readonly rejectedPerSecond: number;
}
