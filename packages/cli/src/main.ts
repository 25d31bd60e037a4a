// What the command `acktor` runs: bin/acktor.js starts it.
import { runProgram } from './program.js';

await runProgram(process.argv);
