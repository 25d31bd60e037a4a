// `npm start`: sets up, then runs the flagship example with all arguments.

import { runProgram } from './set-up/program.mjs';

await runProgram('packages/examples/dist/license-audit/main.js');
