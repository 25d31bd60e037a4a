// `npm run chaos`: sets up, then injects faults into real processes and servers, with all arguments.

import { runProgram } from './set-up/program.mjs';

await runProgram('test/chaos/dist/main.js');
