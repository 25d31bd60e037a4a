// `npm run bench`: sets up, then runs the benchmarks with all arguments.

import { runProgram } from './set-up/program.mjs';

await runProgram('bench/dist/main.js');
