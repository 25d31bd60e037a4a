// `npm run autoscaling`: sets up, then simulates the scaling rule under a burst.

import { runProgram } from './set-up/program.mjs';

await runProgram('bench/dist/autoscaling/main.js');
