// `npm start`: sets up, then runs an example with all arguments: the license audit, or the one that is named first.

import { runProgram } from './set-up/program.mjs';

const example = process.argv[2] === 'shop' ? process.argv.splice(2, 1)[0] : 'license-audit';
await runProgram(`packages/examples/dist/${example}/main.js`);
