#!/usr/bin/env node
// The command `acktor`. It is no part of the build, because npm links a command when it installs, before anything is built, and
// leaves out one whose file is not there yet.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write(
    `acktor: expected the built command in ${fileURLToPath(program)}, which is not there: run \`npm run build\` in the clone, or install @acktor/cli anew\n`,
  );
  process.exitCode = 1;
}
