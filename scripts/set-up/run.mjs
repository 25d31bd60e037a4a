// Runs one program of the set-up, quietly: what it printed is shown only when it fails.

import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { SetUpError } from './log.mjs';

/**
 * Resolves when the command has exited with 0.
 *
 * @throws SetUpError with the command's output and `advice` when it exits otherwise or cannot be started.
 */
export function run([command, ...args], { cwd, advice }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: command.endsWith('.cmd') });
    const output = [];
    const name = `\`${[command, ...args].map((word) => basename(word)).join(' ')}\``;
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const fail = (why) =>
      reject(new SetUpError(`${Buffer.concat(output).toString()}\n${name} ${why}. ${advice}`.trim()));
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('close', (code, signal) => (code === 0 ? resolve() : fail(`ended with ${code ?? signal}`)));
  });
}
