// Places in payloads and results that nobody is shown.
import redact from '@pinojs/redact';

export interface Redaction {
  /** As they were named. */
  readonly paths: readonly string[];
  /** JSON text with the places hidden. With none, the very text that was stored; what is no JSON is hidden whole then. */
  readonly hide: (root: 'data' | 'result', json: string) => string;
}

/** @param paths such as `data.card`, `data.*.secret`, `data.items[*].pin` or `result.token`. */
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
