#!/usr/bin/env node
// The command `acktor`.
import { runProgram } from './program.js';

await runProgram(process.argv);
