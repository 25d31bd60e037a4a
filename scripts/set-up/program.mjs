// Becomes a program after setting up: the same process, so that signals, exit codes and the terminal are the program's
// own. A child process would get a Ctrl-C twice, from the terminal and from us, and a second one means "exit at once".

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setUpOrExit } from '../set-up.mjs';
import { log } from './log.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Sets up, then loads the program at `path` (from the root of the clone) as if Node had been started with it. */
export async function runProgram(path) {
  await setUpOrExit();
  const program = join(root, path);
  if (!existsSync(program)) {
    log(`expected a program at ${path}, found none: run \`npm run clean\`, then try again`);
    process.exit(1);
  }
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
}
