// `npm test`: sets up, then runs mocha with all arguments on the whole suite, or on the files and folders they name:
// `npm test -- test/contract` or `npm test -- test/contract/json.test.ts --grep deep`. The whole suite, and with `--lanes` what is named,
// is run by one mocha for each core, four at most (`ACKTOR_TEST_LANES=1 npm test`: by one).

import { fileURLToPath } from 'node:url';
import { compiledTest } from './mocha/compiled-test.mjs';
import { divide, everyFolder, laneCount, runLanes } from './mocha/lanes.mjs';
import { runProgram } from './set-up/program.mjs';
import { setUpOrExit } from './set-up.mjs';

const MOCHA = 'node_modules/mocha/bin/mocha.js';
const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2).map(compiledTest);
const named = args.filter((arg) => arg.startsWith('test/dist/'));
const options = args.filter((arg) => !arg.startsWith('test/dist/') && arg !== '--lanes');

if (named.length > 0 && !args.includes('--lanes')) {
  process.argv.splice(2, Infinity, ...args);
  await runProgram(MOCHA);
} else {
  await setUpOrExit();
  process.chdir(root);
  const lanes = divide(named.length > 0 ? named : everyFolder(root), laneCount());
  process.exitCode = await runLanes(MOCHA, lanes, process.stdout.isTTY ? ['--color', ...options] : options);
}
