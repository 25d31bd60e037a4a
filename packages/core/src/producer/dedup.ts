// Jobs that stand for others: which sends with the same key add a job, and which do not.
import { OptionsError, type OptionFault } from '../errors.js';
import type { Dedup } from '../engine/send-terms.js';

const LONGEST_KEY = 512;

const dedupTable = {
  key: {
    type: 'string',
    required: true,
    expected: `a text of 1 to ${LONGEST_KEY} characters without control characters`,
    accepts: isKey,
    doc: 'What sends are alike by, within their queue and whatever their jobs are called: `user-7`, `report:2026-03`.',
  },
  mode: {
    type: 'choice',
    of: ['once', 'throttle', 'debounce', 'keepLast'],
    default: 'once',
    doc: 'Which of them are handled. `once`: the first, and none until it is acked or dead-lettered. `throttle`: the first, and none for `ttlMs` from its send, whatever becomes of it. `debounce`: the last, `ttlMs` after it was sent: each takes the place of the one before while that is delayed. `keepLast`: the first with the payload of the last until it is begun, and after it the last of those that were sent meanwhile.',
  },
  ttlMs: {
    type: 'ms',
    min: 1,
    max: 31_536_000_000,
    doc: 'For how long: of `throttle` and `debounce` alone, which need it.',
  },
} as const;

/** The option of a send. */
export const dedupOption = {
  type: 'group',
  of: dedupTable,
  doc: "Has sends of the same key stand for each other ([sending.md](sending.md#deduplication)). BullMQ's `deduplication`: its clients see the keys, and are bound by them.",
} as const;

function isKey(text: string): boolean {
  return text !== '' && text.length <= LONGEST_KEY && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** What of the options of a send decides it. */
interface DedupSend {
  readonly dedup?: DedupValues | undefined;
  readonly delayMs: number;
  readonly reuseId: string;
}

interface DedupValues {
  readonly key: string;
  readonly mode: Dedup['mode'];
  readonly ttlMs?: number | undefined;
}

/** The deduplication of a send, checked as a whole; undefined for none. @throws OptionsError naming what does not go together. */
export function dedupOf({ dedup, delayMs, reuseId }: DedupSend): Dedup | undefined {
  if (dedup === undefined) return undefined;
  const { key, mode, ttlMs } = dedup;
  const lasts = mode === 'throttle' || mode === 'debounce';
  const faults: OptionFault[] = [];
  const fault = (option: string, message: string) => faults.push({ option, message });
  if (lasts && ttlMs === undefined) fault('dedup.ttlMs', `expected dedup.ttlMs with ${mode}, got none`);
  if (!lasts && ttlMs !== undefined)
    fault('dedup.ttlMs', `expected no dedup.ttlMs with ${mode}, which lasts as long as its job does, got ${ttlMs}`);
  if (mode === 'debounce' && delayMs > 0)
    fault('delayMs', `expected no delayMs with debounce, whose jobs wait for dedup.ttlMs, got ${delayMs}`);
  if (reuseId === 'whenDone')
    fault('reuseId', 'expected no reuseId with dedup: it would remove a job for one that is perhaps not added');
  if (faults.length > 0) throw new OptionsError(faults);
  return { key, mode, ttlMs };
}
