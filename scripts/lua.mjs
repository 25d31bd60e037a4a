// `npm run lua`: makes texts of the scripts for the server, as every build does first and `npm install` last. With `-- --lint` luacheck looks at them.

import { fileURLToPath } from 'node:url';
import { buildScripts } from './lua/build.mjs';
import { lintScripts } from './lua/lint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await buildScripts(root);
  if (process.argv.includes('--lint') && !(await lintScripts(root))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
