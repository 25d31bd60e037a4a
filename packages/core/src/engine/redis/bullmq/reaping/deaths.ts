// Notes which processes died, where that is decided, for operators.
import { count, MISFIT, moment, readForeignJson, shape, text } from '../../../../foreign-text/reader.js';
import type { QueueDeath } from '../../../../operator/queue-admin.js';

/**
 * Defines `noteDeaths(held)`, which notes of each process how many jobs of the queue it held. Expects `nowMs`, and the key as KEYS[17].
 *
 * A list and no stream: every role may use lists as it is. The newest stands first; some are kept, for a day.
 */
export const noteDeaths = `
local function noteDeaths(held)
  if next(held) == nil then return end
  for process, jobs in pairs(held) do
    redis.call('LPUSH', KEYS[17], cjson.encode({ workerId = process, atMs = nowMs, held = jobs }))
  end
  redis.call('LTRIM', KEYS[17], 0, ${100 - 1})
  redis.call('PEXPIRE', KEYS[17], ${24 * 60 * 60 * 1_000})
end`;

/** The deaths that are noted in a queue, the newest first. What is none is left out. */
export function readDeaths(entries: readonly string[]): readonly QueueDeath[] {
  return entries.flatMap((entry) => {
    const read = readForeignJson(entry, death, MOST_CHARS);
    return read === MISFIT ? [] : [read];
  });
}

const death = shape<QueueDeath>({ workerId: text(), atMs: moment, held: count });
const MOST_CHARS = 8_192;
