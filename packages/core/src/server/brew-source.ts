// Has Homebrew install a server, where there is a Homebrew.
import { join } from 'node:path';
import { runProgram } from './program.js';
import type { ServerCandidate } from './server-binary.js';
import type { ServerSource } from './server-source.js';

/** Homebrew has no way to unpack a formula elsewhere: the server is installed where Homebrew keeps everything. */
export const brewSource: ServerSource = {
  name: 'brew',
  isAvailable: (env) =>
    runProgram('brew', { args: ['--version'], env, timeoutMs: 20_000 }).then(
      () => true,
      () => false,
    ),
  fetch: async (_folder, kind, env): Promise<ServerCandidate> => {
    await runProgram('brew', { args: ['install', '--quiet', kind], env, timeoutMs: 600_000 });
    const prefix = await runProgram('brew', { args: ['--prefix', kind], env });
    return { path: join(prefix.trim(), `bin/${kind}-server`), argv0: `${kind}-server`, env: {} };
  },
};
