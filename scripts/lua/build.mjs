// Writes `built-scripts.ts`: the texts of all scripts, and what they have in common with the TypeScript around them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsIn, expandInclude, expandScripts, protocolIn, scriptsFolder } from './expand.mjs';
import { ROLES } from './headers.mjs';

/**
 * Builds the scripts of the clone, within some milliseconds. A file that is as it should be is left alone, with its time: then nothing is compiled
 * anew. Not in git, because a change of a script would then conflict with each other one.
 */
export async function buildScripts(root) {
  const file = join(scriptsFolder(root), 'built-scripts.ts');
  const text = await builtText(root);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(file, text);
}

async function builtText(root) {
  const scripts = await expandScripts(root);
  const protocol = await protocolIn(scriptsFolder(root));
  return [
    '// Written by `npm run build` from the .lua files of this folder and protocol.mjs, where all of it is explained. Not in git.',
    union(
      'ScriptName',
      scripts.map(({ name }) => name),
    ),
    union('Role', ROLES),
    ...Object.entries(protocol).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)} as const;`),
    channelArguments(protocol.CHANNEL_WORDS),
    scriptType,
    `/** Defines \`deniedOf(commands, key)\`: includes/rights.lua. */\nexport const RIGHTS_TEXT = ${JSON.stringify(expandInclude(root, 'rights', protocol))};`,
    `export const BUILT_SCRIPTS: { readonly [Name in ScriptName]: BuiltScript } = {\n${scripts.map(builtScript).join('\n')}\n};`,
    '',
  ].join('\n\n');
}

const scriptType = `export interface BuiltScript {
  /** What the server gets, but for lines that ask for BullMQ's own scripts. */
  readonly text: string;
  readonly keyList: keyof typeof KEY_LISTS;
  readonly needsMemory: boolean;
  /** Whose users run it. */
  readonly roles: readonly Role[];
  /** Those that its user must be allowed to run, but for BullMQ's; with other words in capitals. */
  readonly commands: readonly string[];
}`;

function builtScript({ name, header: { keyList, needsMemory, roles }, lines }) {
  const text = lines.map((line) => line.text).join('\n');
  const fields = { keyList, needsMemory, roles, commands: commandsIn(lines), text };
  return `  ${name}: ${JSON.stringify(fields)},`;
}

/** The arguments of each word, as labelled tuples. */
function channelArguments(words) {
  const member = ([word, parts]) =>
    `  readonly ${word}: readonly [${parts.map((part) => `${part}: string | number`).join(', ')}];`;
  return `export interface ChannelArguments {\n${Object.entries(words).map(member).join('\n')}\n}`;
}

function union(name, values) {
  return `export type ${name} =\n${values.map((value) => `  | '${value}'`).join('\n')};`;
}
