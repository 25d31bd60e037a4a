// Our scripts, ready to run: their .lua files lie beside, and say what each takes, replies and costs. `npm run build` makes texts of them.
import { RedisScript } from '../../connection/redis-script.js';
import { wrapScripts, type BullmqScriptName } from '../bullmq-scripts.js';
import { BUILT_SCRIPTS, type ScriptName } from './built-scripts.js';

/** Every script of ours, by the name of its file. The keys of its call are those of its list of keys, in {@link QueueKeys}. */
export const scripts = Object.fromEntries(
  Object.entries(BUILT_SCRIPTS).map(([name, { needsMemory }]) => [
    name,
    new RedisScript(luaText(name as ScriptName), { needsMemory }),
  ]),
) as { readonly [Name in ScriptName]: RedisScript };

/** What the server gets of a script, with BullMQ's own where it asks for them: `--- bullmq: moveToActive retryJob`. */
export function luaText(name: ScriptName): string {
  return BUILT_SCRIPTS[name].text.replace(/^ *--- bullmq: (.+)$/gm, (_line, names: string) =>
    wrapScripts(names.split(' ') as BullmqScriptName[]),
  );
}
