// Compiles what can be compiled: for generators, whose output the sources may wait for. A new option, for one, is an error of types until
// `npm run options` has written it into its interface.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildScripts } from '../lua/build.mjs';
import { log } from './log.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
await buildScripts(root);
const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'ignore' });
if (status !== 0) log('the sources have errors, which may be gone after this: run `npm run build` next');
