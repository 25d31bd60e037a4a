// The digests of the scripts that the trials run, all of them known to the server.
import type { Redis } from 'ioredis';
import { channelScript, queueKeys, scriptText, sendScript, type BullmqScriptName } from './core-inside.js';
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
];

/** Loads the scripts, ours among them: a call in a batch cannot be sent again with its text. */
export async function loadScripts(client: Redis): Promise<TrialScripts> {
  const load = async (text: string) => String(await client.script('LOAD', text));
  const digests = await Promise.all(WRAPPED_SCRIPTS.map(async (name) => [name, await load(scriptText(name))] as const));
  const shipped = new Map<BullmqScriptName, string>(digests);
  await channelScript.run(client, queueKeys('none', 'none').channel, ['none:none:', 0, 1, '', 1, 1, '0', '1']);
  await sendScript.run(client, queueKeys('none', 'none').send, ['none:none:', 0, '1']);
  return { fill: await load(fillText), readOut: await load(readOutText), shipped: (name) => digestOf(shipped, name) };
}

function digestOf(digests: ReadonlyMap<BullmqScriptName, string>, name: BullmqScriptName): string {
  const digest = digests.get(name);
  if (digest === undefined) throw new Error(`expected the script ${name} to be loaded: name it in WRAPPED_SCRIPTS`);
  return digest;
}
