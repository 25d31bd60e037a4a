// Jobs, payloads and results as the page shows them: with some parts redacted.
import type { JobDetails, JobSummary } from '@acktor/core/engine';
import redact from '@pinojs/redact';
import type { JobLine, JobView } from '../protocol/requests.js';

export interface Redaction {
  /** As the options name them. */
  readonly paths: readonly string[];
  /** Returns JSON text with the paths hidden. Without paths, the text as it was stored; with paths, a text that is no JSON is hidden whole. */
  readonly hide: (root: 'data' | 'result' | 'meta', json: string) => string;
}

/** @param paths such as `data.card`, `data.*.secret`, `data.items[*].pin`, `result.token` or `meta.user`. */
export function createRedaction(paths: readonly string[]): Redaction {
  if (paths.length === 0) return { paths, hide: (_, json) => json };
  const hideAll = redact({ paths: [...paths], censor: HIDDEN, serialize: false });
  return {
    paths,
    hide: (root, json) => {
      const hidden = hideAll({ [root]: parsed(json) }) as Readonly<Record<string, unknown>>;
      return JSON.stringify(hidden[root]);
    },
  };
}

const HIDDEN = '[redacted]';

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return HIDDEN;
  }
}

export function jobLine(job: JobSummary): JobLine {
  const { queue, id, name, place, sentAtMs, attemptsMade, deliveries, reason } = job;
  return { queue, id, name, place, sentAtMs, attemptsMade, deliveries, reason };
}

/** @param maySeeResult whether the viewer may see results. Headers are no secret, but for those that are redacted. */
export function jobView(job: JobDetails, redaction: Redaction, maySeeResult: boolean): JobView {
  const { priority, dueAtMs, endedAtMs, stack, progress, log, attempts, result } = job;
  const shown = result === undefined || !maySeeResult ? undefined : redaction.hide('result', result);
  const meta = JSON.parse(redaction.hide('meta', JSON.stringify(job.meta))) as JobView['meta'];
  const steps = job.steps.map(({ name, fence, storedAtMs }) => ({ name, fence, storedAtMs }));
  return { ...jobLine(job), priority, meta, dueAtMs, endedAtMs, stack, progress, log, steps, attempts, result: shown };
}
