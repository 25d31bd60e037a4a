// Our scripts, ready to run: their .lua files lie beside, and say what each takes, replies and costs. `npm run build` makes texts of them.
import { RedisScript } from '../../connection/redis-script.js';
import { scriptText, wrapScripts, type BullmqScriptName } from '../bullmq-scripts.js';
import { BUILT_SCRIPTS, RIGHTS_TEXT, type ScriptName } from './built-scripts.js';

const BULLMQ_LINE = /^ *--- bullmq: (.+)$/gm;

/** Every script of ours, by the name of its file. The keys of its call are those of its list of keys, in {@link QueueKeys}. */
export const scripts = Object.fromEntries(
  Object.entries(BUILT_SCRIPTS).map(([each, { needsMemory }]) => {
    const name = each as ScriptName;
    return [name, new RedisScript(luaText(name), { needsMemory, rightsCheck: () => rightsCheckOf(name) })];
  }),
) as { readonly [Name in ScriptName]: RedisScript };

/** What the server gets of a script, with BullMQ's own where it asks for them: `--- bullmq: moveToActive retryJob`. */
export function luaText(name: ScriptName): string {
  return BUILT_SCRIPTS[name].text.replace(BULLMQ_LINE, (_line, names: string) =>
    wrapScripts(names.split(' ') as BullmqScriptName[]),
  );
}

/**
 * The commands that the user of a script must be allowed to run, BullMQ's within it among them. With other words in capitals, such as `LIMIT`, which
 * no server takes for a command.
 */
export function commandsOf(name: ScriptName): readonly string[] {
  const { text, commands } = BUILT_SCRIPTS[name];
  const bullmq = [...text.matchAll(BULLMQ_LINE)].flatMap(([, names = '']) => names.split(' ') as BullmqScriptName[]);
  return [...new Set([...commands, ...bullmq.flatMap(bullmqCommandsOf)])];
}

const bullmqCommands = new Map<BullmqScriptName, readonly string[]>();

function bullmqCommandsOf(name: BullmqScriptName): readonly string[] {
  const known = bullmqCommands.get(name);
  if (known) return known;
  const words = [...scriptText(name).matchAll(/["']([A-Z]{2,})["']/g)].map(([, word = '']) => word);
  // It writes a side before the word, which the caller names.
  const commands = [...new Set(words.flatMap((word) => (word === 'PUSH' ? ['LPUSH', 'RPUSH'] : word)))];
  bullmqCommands.set(name, commands);
  return commands;
}

/** Lua that refuses the call, with nothing changed, where the user lacks a right. Empty for a script that takes no key. */
export function rightsCheckOf(name: ScriptName): string {
  if (BUILT_SCRIPTS[name].keyList === 'none') return '';
  return `do
${RIGHTS_TEXT}
local denied = deniedOf('${commandsOf(name).join(' ')}', KEYS[1])
if denied ~= '' then return redis.error_reply('NOPERM the user may not do what the script does, and nothing was done: ' .. denied) end
end
`;
}
