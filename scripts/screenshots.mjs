// `npm run screenshots`: draws the pictures of docs/dashboard anew, from a real fleet that works on invented orders.

import { runProgram } from './set-up/program.mjs';

process.env.ACKTOR_SCREENSHOTS = 'docs/dashboard';
process.argv.splice(2, Infinity, 'test/dist/browser/screenshots.test.js');
await runProgram('node_modules/mocha/bin/mocha.js');
