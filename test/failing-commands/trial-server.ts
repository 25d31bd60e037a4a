// A server on which each script runs from a known state, with one thing wrong, and what is left in it afterwards.
import { PrivateServer } from '@acktor/core/server';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import type { Redis } from 'ioredis';
import type * as BuiltModule from '../../packages/core/dist/engine/redis/bullmq/scripts/built-scripts.js';
import type * as ScriptsModule from '../../packages/core/dist/engine/redis/bullmq/scripts/scripts.js';

const { luaText, rightsCheckOf } = await inside<typeof ScriptsModule>('scripts.js');
export const { BUILT_SCRIPTS, CHANNEL_WORDS, ENTRIES, PART_KINDS } =
  await inside<typeof BuiltModule>('built-scripts.js');
export type ScriptName = BuiltModule.ScriptName;

/** A call of one of our scripts. */
export interface ScriptCall {
  readonly script: ScriptName;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** A state of a server, to begin from again and again. */
export type Snapshot = readonly { readonly key: string; readonly dump: Buffer; readonly ttlMs: number }[];

/** What is in a server: the places of each job, by the key of its hash, and a digest of each key's value. */
export interface Survey {
  readonly places: Readonly<Record<string, readonly string[]>>;
  readonly digests: Readonly<Record<string, string>>;
}

export interface TrialEnd extends Survey {
  /** The script's reply, or its error. */
  readonly reply: unknown;
}

/** What is wrong in a trial: commands that spoil the state, and the name of a command that the user may not run. */
export interface Fault {
  readonly spoil?: readonly (readonly string[])[];
  readonly denied?: string;
}

/** What a script did in a run in which nothing was wrong: each command with each key, `HSET test:q:a1`, and how it ended. */
export interface Recording {
  readonly touched: readonly string[];
  readonly commands: readonly string[];
  readonly reply: unknown;
}

export class TrialServer implements AsyncDisposable {
  readonly client: Redis;
  readonly url: string;
  readonly #server: PrivateServer;
  readonly #digests = new Map<string, string>();
  readonly #users = new Set<string>();

  private constructor(server: PrivateServer, client: Redis) {
    this.#server = server;
    this.url = server.url;
    this.client = client;
  }

  static async start(): Promise<TrialServer> {
    const server = await PrivateServer.start();
    return new TrialServer(server, await connectRedis(RedisAddress.parse(server.url), { name: 'failing-commands' }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
    await this.#server.close();
  }

  async run({ script, keys, args }: ScriptCall): Promise<unknown> {
    return this.client.evalsha(await this.#load(sentText(script)), keys.length, ...keys, ...args);
  }

  async snapshot(): Promise<Snapshot> {
    const keys = await this.client.keys('*');
    const read = async (key: string) => {
      const [dump, ttlMs] = await Promise.all([this.client.dumpBuffer(key), this.client.pttl(key)]);
      return { key, dump, ttlMs: Math.max(0, ttlMs) };
    };
    return Promise.all(keys.map(read));
  }

  /** Runs the call on that state. Never rejects for what the script does. */
  async tryCall(snapshot: Snapshot, { script, keys, args }: ScriptCall, fault: Fault = {}): Promise<TrialEnd> {
    const digest = await this.#load(sentText(script, fault.denied === undefined ? '' : rightsCheckOf(script)));
    const survey = await this.#load(surveyText);
    if (fault.denied !== undefined) await this.#denyTo(fault.denied);
    const batch = this.#spoiltState(snapshot, fault);
    const before = batch.length;
    // The default user of a test's server has no password.
    batch.call('AUTH', fault.denied === undefined ? 'default' : userWithout(fault.denied), 'any');
    batch.evalsha(digest, keys.length, ...keys, ...args);
    batch.call('AUTH', 'default', 'any');
    batch.evalsha(survey, 0);
    const answers = (await batch.exec()) ?? [];
    for (const [error] of [...answers.slice(0, before), ...answers.slice(-1)]) if (error) throw error;
    const [error, reply] = answers[before + 1] ?? [];
    return { ...(JSON.parse(String(answers.at(-1)?.[1])) as Survey), reply: error ?? reply };
  }

  /** What is there before a call with that fault. */
  async surveyOf(snapshot: Snapshot, fault: Fault = {}): Promise<Survey> {
    const survey = await this.#load(surveyText);
    const batch = this.#spoiltState(snapshot, fault);
    batch.evalsha(survey, 0);
    const [error, surveyed] = (await batch.exec())?.at(-1) ?? [];
    if (error) throw error;
    return JSON.parse(String(surveyed)) as Survey;
  }

  async record(snapshot: Snapshot, { script, keys, args }: ScriptCall): Promise<Recording> {
    const digest = await this.#load(recordingText(luaText(script)));
    const batch = this.#restored(snapshot);
    batch.evalsha(digest, keys.length, ...keys, ...args);
    const [error, recorded] = (await batch.exec())?.at(-1) ?? [];
    if (error) throw error;
    const { touched, commands, reply } = JSON.parse(String(recorded)) as Recording;
    // The server's JSON has an object for an empty list.
    return { touched: Object.values(touched), commands: Object.values(commands), reply };
  }

  #spoiltState(snapshot: Snapshot, { spoil = [] }: Fault) {
    const batch = this.#restored(snapshot);
    for (const [command = '', ...rest] of spoil) batch.call(command, ...rest);
    return batch;
  }

  #restored(snapshot: Snapshot) {
    const batch = this.client.pipeline();
    batch.flushdb();
    for (const { key, dump, ttlMs } of snapshot) batch.restore(key, ttlMs, dump);
    return batch;
  }

  async #load(text: string): Promise<string> {
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    const digest = String(await this.client.script('LOAD', text));
    this.#digests.set(text, digest);
    return digest;
  }

  async #denyTo(command: string): Promise<void> {
    if (this.#users.has(command)) return;
    const rules = ['reset', 'on', 'nopass', '~*', '&*', '+@all', `-${command.toLowerCase()}`];
    await this.client.call('ACL', 'SETUSER', userWithout(command), ...rules);
    this.#users.add(command);
  }
}

function userWithout(command: string): string {
  return `without-${command.toLowerCase()}`;
}

/** As a connection sends it, for the first time or later. */
function sentText(script: ScriptName, rightsCheck = ''): string {
  return `#!lua flags=allow-oom\n${rightsCheck}${luaText(script)}`;
}

/** A script that answers what it did, as JSON. */
function recordingText(text: string): string {
  return `
local real, touched, commands = redis, {}, {}
local function note(command, ...)
  commands[command] = true
  for _, argument in ipairs({ ... }) do
    local isKey = type(argument) == 'string' and string.find(argument, '^test:[%w-]+:[^%s]+$') and not string.find(argument, '[{"]')
    if isKey then touched[command .. ' ' .. argument] = true end
  end
end
local redis = setmetatable({
  call = function(...) note(...) return real.call(...) end,
  pcall = function(...) note(...) return real.pcall(...) end,
}, { __index = real })
local function listed(set)
  local list = {}
  for each in pairs(set) do list[#list + 1] = each end
  table.sort(list)
  return list
end
local function script()
${text}
end
local isDone, reply = pcall(script)
if not isDone and type(reply) == 'table' then reply = reply.err end
return cjson.encode({ touched = listed(touched), commands = listed(commands), reply = reply or false, isDone = isDone })`;
}

/** Answers a {@link Survey} as JSON. */
const surveyText = `
local places, digests = {}, {}
local ranges = { list = 'LRANGE', zset = 'ZRANGE' }
local kinds = { wait = 'list', paused = 'list', active = 'list', prioritized = 'zset', delayed = 'zset', completed = 'zset', failed = 'zset',
  ['waiting-children'] = 'zset' }
-- What is kept by hashing comes in any order.
local function valueOf(key, kind)
  local parts = {}
  if kind == 'set' then parts = redis.call('SMEMBERS', key)
  elseif kind == 'hash' then
    local flat = redis.call('HGETALL', key)
    for i = 1, #flat, 2 do parts[#parts + 1] = flat[i] .. '=' .. flat[i + 1] end
  else return redis.call('DUMP', key) end
  table.sort(parts)
  return kind .. table.concat(parts, ';')
end
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  digests[key] = redis.sha1hex(valueOf(key, kind))
  local prefix, part = string.match(key, '^(test:[%w-]+:)([%w-]+)$')
  if part and kinds[part] == kind then
    for _, id in ipairs(redis.call(ranges[kind], key, 0, -1)) do
      local job = prefix .. id
      places[job] = places[job] or {}
      table.insert(places[job], part)
    end
  end
end
return cjson.encode({ places = next(places) and places or cjson.decode('{}'), digests = digests })`;

function inside<Module>(file: string): Promise<Module> {
  const path = `../../../packages/core/dist/engine/redis/bullmq/scripts/${file}`;
  return import(new URL(path, import.meta.url).href) as Promise<Module>;
}
