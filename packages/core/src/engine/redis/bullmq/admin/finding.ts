// Where one job is, in one atomic call.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import type { JobSummary } from '../../../../operator/queue-admin.js';
import { isJobKey } from '../job-key.js';
import type { QueueContext } from './queue-context.js';
import { readSummary, summaryRow, type SummaryRow } from './summary-row.js';

/** Undefined when the queue knows no job of that id. */
export async function findJob(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  id: string,
): Promise<JobSummary | undefined> {
  return readSummary(queue, (await findScript.run(client, keys.channel, [keys.prefix, id])) as SummaryRow);
}

/**
 * Defines `isJob()`, and `foundRow()`, which answers the row of the job that ARGV names by prefix and id.
 *
 * What is in none of the other places waits: that it stands in the list of waiting jobs is not looked for, because the list
 * may be as long as it likes.
 */
export const foundRow = `
local prefix, id = ARGV[1], ARGV[2]
local active, delayed, completed, failed = KEYS[2], KEYS[7], KEYS[12], KEYS[13]
local call = redis.call
${summaryRow}
${isJobKey}

local function isJob() return isJobKey(prefix .. id) end

local function foundRow()
  if not isJob() then return { id, 'waiting', false, {} } end
  local due = call('ZSCORE', delayed, id)
  if due then return rowOf(id, 'delayed', due) end
  if call('ZSCORE', prefix .. 'waiting-children', id) then return rowOf(id, 'waitingForChildren') end
  if call('ZSCORE', completed, id) then return rowOf(id, 'acked') end
  if call('ZSCORE', failed, id) then return rowOf(id, 'deadLettered') end
  if call('EXISTS', prefix .. id .. ':lock') == 1 or call('LPOS', active, id) then return rowOf(id, 'active') end
  return rowOf(id, 'waiting')
end`;

/** KEYS: the `channel` keys. ARGV: prefix, job id. Answers a {@link SummaryRow}. */
const findScript = new RedisScript(`
${foundRow}
return foundRow()
`);
