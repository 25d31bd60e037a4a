// Lua that looks before BullMQ's scripts write: they write first and fail later, and what fails them halfway is in no list any more.

/** What BullMQ keeps under each name of a queue (6.7). */
const KINDS = {
  wait: 'list',
  active: 'list',
  prioritized: 'zset',
  events: 'stream',
  stalled: 'set',
  limiter: 'string',
  delayed: 'zset',
  meta: 'hash',
  id: 'string',
  pc: 'string',
  marker: 'zset',
  completed: 'zset',
  failed: 'zset',
} as const;

export type QueuePart = keyof typeof KINDS;

/** A Lua table of these parts of the queue and the kind of each. */
export function kindsOf(...parts: readonly QueuePart[]): string {
  return `{ ${parts.map((part) => `${part} = '${KINDS[part]}'`).join(', ')} }`;
}

/**
 * Defines `requireKinds(kinds)`, which fails, with nothing changed, when a key of the queue holds another kind of value: plain BullMQ
 * accepts a job with the id `completed`, and its record lies then where the acked jobs are listed. With `meta` goes the length to which
 * BullMQ trims the events. Expects `prefix`.
 */
export const requireKinds = `
local function requireKinds(kinds)
  for part, kind in pairs(kinds) do
    -- Nothing is known, and nothing refused, where the user may not ask.
    local found = redis.pcall('TYPE', prefix .. part).ok or kind
    if found ~= kind and found ~= 'none' then
      error({ err = 'the key ' .. prefix .. part .. ' holds a ' .. found .. ' where the queue keeps a ' .. kind
        .. ': it may be a job that is named like a part of the queue. Rename or delete the key' })
    end
  end
  local most = kinds.meta and redis.call('HGET', prefix .. 'meta', 'opts.maxLenEvents')
  if most and not (string.find(most, '^%d+$') and #most <= 15) then
    error({ err = 'the field opts.maxLenEvents of ' .. prefix .. 'meta is no number of events: ' .. most })
  end
end`;

/**
 * Defines `isCount(text)`, whether the server can count on from it, `isParent(text)`, whether it names a parent, and `mend(key)`, which
 * corrects what no script can go on with in a job's record: counts that are no numbers, and a parent that is not JSON or has no id or
 * queue. It poisons the job with the reason, so that the next worker that fetches it dead-letters it. Returns what it has written by
 * field, or nil when nothing was wrong.
 */
export const mendRecord = `
local function isCount(text)
  return #text <= 15 and (text == '0' or string.find(text, '^%-?[1-9]%d*$') ~= nil)
end

local function isParent(text)
  local isRead, parent = pcall(cjson.decode, text)
  return isRead and type(parent) == 'table' and type(parent.id) == 'string' and type(parent.queueKey) == 'string'
end

local function mend(key)
  local record = redis.call('HMGET', key, 'parent', 'defa', 'ats', 'atm', 'stc')
  local mended, faults = {}, {}
  for i, field in ipairs({ 'ats', 'atm', 'stc' }) do
    local text = record[i + 2]
    if text and not isCount(text) then
      mended[field] = '0'
      faults[#faults + 1] = field .. ' is no number'
    end
  end
  local hasSoundParent = not record[1] or isParent(record[1])
  if not hasSoundParent then faults[#faults + 1] = 'parent is no JSON with an id and a queueKey' end
  if #faults == 0 then return nil end
  if not hasSoundParent then redis.call('HDEL', key, 'parent', 'parentKey') end
  if not record[2] then mended.defa = 'the stored job cannot be read: its ' .. table.concat(faults, ', its ') end
  for field, value in pairs(mended) do redis.call('HSET', key, field, value) end
  return mended
end`;
