// Fills a database with a state, and reads a database out, each in one script.
import type { Batch } from './batch.js';
import type { Command } from './state-draft.js';

/** A key as it was read out. The time to live is rounded up to steps of 100 s: the copies are not filled at one moment. */
export type ReadKey = readonly [name: string, type: string, ttl: number, value: unknown];

export const fillText = `for _, command in ipairs(cjson.decode(ARGV[1])) do redis.call(unpack(command)) end`;

/** Answers JSON, the same for equal databases: keys, members and fields sorted, stream entries in order without their ids. */
export const readOutText = `
local function pairsOf(flat)
  local found = {}
  for i = 1, #flat, 2 do found[#found + 1] = { flat[i], flat[i + 1] } end
  return found
end
local function sorted(list, of)
  table.sort(list, function(a, b) return of(a) < of(b) end)
  return list
end
local function itself(value) return value end
local function first(value) return value[1] end
local readers = {
  string = function(key) return redis.call('GET', key) end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  set = function(key) return sorted(redis.call('SMEMBERS', key), itself) end,
  hash = function(key) return sorted(pairsOf(redis.call('HGETALL', key)), first) end,
  zset = function(key) return pairsOf(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')) end,
  stream = function(key)
    local entries = {}
    for i, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do entries[i] = entry[2] end
    return { redis.call('XLEN', key), entries }
  end,
}
local read = {}
for i, key in ipairs(sorted(redis.call('KEYS', '*'), itself)) do
  local kind = redis.call('TYPE', key).ok
  local ttl = redis.call('PTTL', key)
  read[i] = { key, kind, ttl < 0 and ttl or math.ceil(ttl / 100000), readers[kind](key) }
end
return cjson.encode(read)`;

/** Empties the database and fills it with the state. What follows in the batch runs there. */
export function fill(batch: Batch, database: Database): readonly Promise<unknown>[] {
  const { index, fillDigest, commands } = database;
  return [
    batch.ask('SELECT', index),
    batch.ask('FLUSHDB', 'SYNC'),
    batch.ask('EVALSHA', fillDigest, 0, JSON.stringify(commands)),
  ];
}

export interface Database {
  readonly index: number;
  readonly fillDigest: string;
  readonly commands: readonly Command[];
}
