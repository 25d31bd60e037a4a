// Lints the scripts with luacheck, as the server gets them: what a script includes is checked within it, and names stand for values.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join, relative } from 'node:path';
import { BULLMQ_LINE, expandScripts } from './expand.mjs';
import { log } from '../set-up/log.mjs';

/** Prints what is wrong and where in the sources, and returns whether nothing is. Without luacheck it prints so, but in CI, which must have it. */
export async function lintScripts(root) {
  const scripts = await expandScripts(root);
  const luacheck = findLuacheck() ?? (process.env.CI === undefined ? undefined : await fetchLuacheck(root));
  if (luacheck === undefined) {
    log('luacheck is not installed, so the Lua scripts were not linted: `apt-get install lua-check`; CI lints them');
    return true;
  }
  const findings = [...longLines(scripts), ...runLuacheck(root, scripts, luacheck)];
  for (const finding of findings) process.stdout.write(`${finding}\n`);
  return findings.length === 0;
}

const LONGEST_LINE = 140;

function longLines(scripts) {
  const long = scripts.flatMap(({ lines }) => lines).filter(({ source }) => source.length > LONGEST_LINE);
  const place = ({ file, line, source }) =>
    `${relative(process.cwd(), file)}:${line}: expected ${LONGEST_LINE} characters at most, got ${source.length}`;
  return [...new Set(long.map(place))];
}

function runLuacheck(root, scripts, { command, env }) {
  const folder = join(root, '.cache', 'lua');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, lines } of scripts)
    writeFileSync(join(folder, `${name}.lua`), `${lines.map(({ text }) => stubbed(text)).join('\n')}\n`);
  const config = join(root, 'scripts', 'lua', 'luacheckrc');
  const args = ['--config', config, '--formatter', 'plain', '--codes', '--no-color', '--no-cache', folder];
  const [program, ...first] = command;
  const { stdout, stderr, status, error } = spawnSync(program, [...first, ...args], { encoding: 'utf8', env });
  if (error ?? status > 2) throw new Error(`luacheck has failed: ${error?.message ?? stderr + stdout}`);
  return sourceFindings(stdout, new Map(scripts.map((script) => [script.name, script])));
}

/** BullMQ's functions are another's to lint. */
function stubbed(text) {
  const [, names] = BULLMQ_LINE.exec(text) ?? [];
  return names === undefined
    ? text
    : names
        .split(' ')
        .map((name) => `local function ${name}(_, _) return 0 end`)
        .join(' ');
}

/** What luacheck says of the texts, said of the sources: once, and of what is not used in an include only where no script uses it. */
function sourceFindings(output, scripts) {
  const findings = new Map();
  for (const [, path, line, code, message] of output.matchAll(/^(.+?):(\d+):\d+: \((\w+)\) (.*)$/gm)) {
    const { name, lines } = scripts.get(basename(path, '.lua'));
    const { file, line: sourceLine } = lines[line - 1];
    const text = `${relative(process.cwd(), file)}:${sourceLine}: (${code}) ${message.replace(/ on line \d+$/, '')}`;
    const found = findings.get(text) ?? { file, isUnused: code.startsWith('W2'), scripts: new Set() };
    found.scripts.add(name);
    findings.set(text, found);
  }
  const usersOf = (file) =>
    [...scripts.values()].filter(({ lines }) => lines.some((each) => each.file === file)).length;
  return [...findings]
    .filter(([, found]) => !found.isUnused || found.scripts.size === usersOf(found.file))
    .map(([text]) => text);
}

function findLuacheck() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const path = folders.map((folder) => join(folder, 'luacheck')).find((each) => existsSync(each));
  return path && { command: [path], env: process.env };
}

/** Debian's package, unpacked beside the clone's other finds: it needs no root. */
async function fetchLuacheck(root) {
  const { canUseApt, libraryFolders, unpackPackages } = await import('../../packages/core/dist/server-door.js');
  const folder = join(root, '.acktor', 'luacheck');
  if (!existsSync(join(folder, 'usr/bin/luacheck'))) {
    if (!(await canUseApt(process.env)))
      throw new Error('expected luacheck on the PATH, or apt-get and dpkg to fetch it: install lua-check');
    mkdirSync(folder, { recursive: true });
    await unpackPackages({ name: 'lua-check', folder, env: process.env });
  }
  const lua = ['/usr/bin/lua5.1', join(folder, 'usr/bin/lua5.1')].find((path) => existsSync(path));
  const modules = join(folder, 'usr/share/lua/5.1');
  const libraries = (await libraryFolders(join(folder, 'usr/lib'))).map((each) => join(each, '?.so'));
  const env = {
    ...process.env,
    LUA_PATH: `${modules}/?.lua;${modules}/?/init.lua;;`,
    LUA_CPATH: `${libraries.join(';')};;`,
    LD_LIBRARY_PATH: (await libraryFolders(join(folder, 'usr/lib'))).join(':'),
  };
  return { command: [lua, join(folder, 'usr/bin/luacheck')], env };
}
