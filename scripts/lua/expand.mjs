// Makes one text of a script and what it includes, as the server gets it, but for BullMQ's own scripts, which are put in at run time.

import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readHeader } from './headers.mjs';
import { checkUnpacked, nameFiller } from './names.mjs';

/** Where the scripts of a clone are. */
export function scriptsFolder(root) {
  return join(root, 'packages/core/src/engine/redis/bullmq/scripts');
}

/** All scripts of a clone, expanded. */
export async function expandScripts(root) {
  const folder = scriptsFolder(root);
  const protocol = await protocolIn(folder);
  const names = readdirSync(folder).filter((name) => name.endsWith('.lua'));
  return names.toSorted().map((name) => expandScript(folder, name.slice(0, -'.lua'.length), protocol));
}

/** What the scripts in the folder and the TypeScript around them have in common. */
export async function protocolIn(folder) {
  return { ...(await import(pathToFileURL(join(folder, 'protocol.mjs')).href)) };
}

/**
 * Expands a script: `--- include: history` stands for `includes/history.lua`, names for values (see `nameFiller`). Comments and empty lines
 * are left out, for each byte is sent, hashed and kept by the server.
 *
 * Returns the script's header, and its lines, each with the file and the line that it stands in.
 * @throws with the file and the line of what is wrong.
 */
export function expandScript(folder, name, protocol) {
  const path = join(folder, `${name}.lua`);
  const text = readFileSync(path, 'utf8');
  const header = readHeader(text, { path, keyLists: protocol.KEY_LISTS });
  const source = linesOf(folder, path, []);
  const fill = nameFiller(header, protocol);
  const lines = source.map((line) => at(line, () => ({ ...line, source: line.text, text: fill(line.text) })));
  at({ file: path, line: 1 }, () => checkUnpacked(lines.map((line) => line.text).join('\n'), header));
  return { name: camelCase(name), header, lines };
}

/** The text of an include by itself, for what is put before a script at run time. */
export function expandInclude(root, name, protocol) {
  const folder = scriptsFolder(root);
  const fill = nameFiller({ keys: [], args: [] }, protocol);
  return linesOf(folder, join(folder, 'includes', `${name}.lua`), [])
    .map(({ text }) => fill(text))
    .join('\n');
}

/** What asks for BullMQ's own scripts, as functions of their names: `--- bullmq: moveToActive retryJob`. */
export const BULLMQ_LINE = /^\s*--- bullmq: (.+)$/;

/** The line in a file that does without what its user may not do, and leaves nothing half done then. */
const GOES_ON_WITHOUT = /^-- Rights: goes on without/m;

/**
 * The commands that a user must be allowed to run, but for those of files that go on without: each is written out in capitals, also where its name is
 * handed on. With other words in capitals, such as `LIMIT`, which no server takes for a command.
 */
export function commandsIn(lines) {
  const text = lines.flatMap(({ text, goesOnWithout }) => (goesOnWithout ? [] : [text])).join('\n');
  const words = [...text.matchAll(/'([A-Z]{2,})'(?:, '(SHARDNUMSUB)')?/g)];
  return [...new Set(words.map(([, name, sub]) => (sub ? `${name}|${sub}` : name)))].toSorted((one, other) =>
    one.localeCompare(other),
  );
}

function linesOf(folder, file, within) {
  if (within.includes(file)) throw new Error(`${file} includes itself, by ${within.join(', ')}`);
  const source = readFileSync(file, 'utf8');
  const goesOnWithout = GOES_ON_WITHOUT.test(source);
  return source
    .split('\n')
    .map((text, i) => ({ text: text.trimEnd(), file, line: i + 1, goesOnWithout }))
    .flatMap((line) => {
      const [, included] = /^\s*--- include: (\S+)$/.exec(line.text) ?? [];
      if (included === undefined) return isSent(line) ? [line] : [];
      return at(line, () => linesOf(folder, join(folder, 'includes', `${included}.lua`), [...within, file]));
    });
}

function isSent({ text, file, line }) {
  if (BULLMQ_LINE.test(text)) return true;
  if (text.trim().startsWith('---'))
    throw new Error(`${file}:${line}: expected "include:" or "bullmq:", got ${text.trim()}`);
  return text !== '' && !text.trim().startsWith('--');
}

/** Adds to an error where it arose, unless it says so. */
function at({ file, line }, work) {
  try {
    return work();
  } catch (error) {
    const place = `${relative(process.cwd(), file)}:${line}`;
    if (/\.lua:\d+: /.test(error.message)) throw error;
    throw new Error(`${place}: ${error.message}`, { cause: error });
  }
}

function camelCase(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
