// `npm run reading`: sets up, then counts the files that one delivery runs through.

import { runProgram } from './set-up/program.mjs';

await runProgram('bench/dist/reading.js');
