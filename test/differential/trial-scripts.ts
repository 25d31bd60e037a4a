// The digests of the scripts that the trials run, all of them known to the server.
import type { Redis } from 'ioredis';
import { luaText, queueKeys, Script, scriptText, type BullmqScriptName, type RedisScript } from './core-inside.js';
import { fillText, readOutText } from './database.js';

export interface TrialScripts {
  readonly fill: string;
  readonly readOut: string;
  shipped(name: BullmqScriptName): string;
}

/** BullMQ's scripts that ours are made of. */
const WRAPPED_SCRIPTS: readonly BullmqScriptName[] = [
  'addStandardJob',
  'addDelayedJob',
  'addPrioritizedJob',
  'moveToActive',
  'moveToFinished',
  'moveToDelayed',
  'retryJob',
  'moveJobFromActiveToWait',
  'moveToWaitingChildren',
];

/** Our scripts, but for their time: BullMQ's take one from the caller, so that of the trial is told to both. It is the last of the keys. */
export const channelAt: RedisScript = atTimeOfTrial('channel');
export const sendAt: RedisScript = atTimeOfTrial('send');

function atTimeOfTrial(name: 'channel' | 'send'): RedisScript {
  const text = luaText(name);
  const told = text.replace(/^local serverTime = .*\nlocal now = .*$/m, 'local now = KEYS[#KEYS]');
  if (told === text)
    throw new Error('expected the script to take the time of the server as includes/server-time.lua does');
  return new Script(told);
}

/** Loads the scripts, ours among them: a call in a batch cannot be sent again with its text. */
export async function loadScripts(client: Redis): Promise<TrialScripts> {
  const load = async (text: string) => String(await client.script('LOAD', text));
  const digests = await Promise.all(WRAPPED_SCRIPTS.map(async (name) => [name, await load(scriptText(name))] as const));
  const shipped = new Map<BullmqScriptName, string>(digests);
  await channelAt.run(
    client,
    [...queueKeys('none', 'none').channel, '0'],
    ['none:none:', 1, '', 1, 1, '0', '0', '1', '', '', ''],
  );
  await sendAt.run(client, [...queueKeys('none', 'none').send, '0'], ['none:none:', '1']);
  return { fill: await load(fillText), readOut: await load(readOutText), shipped: (name) => digestOf(shipped, name) };
}

function digestOf(digests: ReadonlyMap<BullmqScriptName, string>, name: BullmqScriptName): string {
  const digest = digests.get(name);
  if (digest === undefined) throw new Error(`expected the script ${name} to be loaded: name it in WRAPPED_SCRIPTS`);
  return digest;
}
