// `npm test`: sets up, then runs mocha with all arguments on the whole suite, or on the files and folders they name:
// `npm test -- test/contract` or `npm test -- test/contract/json.test.ts --grep deep`.

import { compiledTest } from './mocha/compiled-test.mjs';
import { runProgram } from './set-up/program.mjs';

const args = process.argv.slice(2).map(compiledTest);
// What needs a browser is asked for by name: `npm run test:browser`.
if (!args.some((arg) => arg.startsWith('test/dist/')))
  args.push('test/dist/**/*.test.js', '--ignore', 'test/dist/browser/**');
process.argv.splice(2, Infinity, ...args);

await runProgram('node_modules/mocha/bin/mocha.js');
