// A program that is a Redis or Valkey server, as found on a machine.
import { basename } from 'node:path';
import { runProgram, type Environment } from './program.js';

/** Which of the two servers that Acktor runs on. */
export type ServerKind = 'redis' | 'valkey';

/** A program that is a Redis or Valkey server, and how to start it. */
export interface ServerBinary {
  readonly kind: ServerKind;
  readonly path: string;
  /** The name it must be started under: Debian's one program acts by the name it is called. */
  readonly argv0: string;
  /** Variables it needs besides the process's own, such as where its libraries lie. */
  readonly env: Readonly<Record<string, string>>;
  /** Such as `7.0.15`. */
  readonly version: string;
}

/** A program that may be a server; only running it tells. */
export type ServerCandidate = Omit<ServerBinary, 'kind' | 'version'>;

/** Runs the program's `--version`. Rejects when it does not run or is no server. */
export async function identify(candidate: ServerCandidate, env: Environment): Promise<ServerBinary> {
  const output = await runProgram(candidate.path, {
    args: ['--version'],
    argv0: candidate.argv0,
    env: { ...env, ...candidate.env },
    timeoutMs: 10_000,
  });
  const [, name = '', version] = /(\w+) server v=(\d+\.\d+\.\d+)/i.exec(output) ?? [];
  if (version === undefined) throw new Error(`"${candidate.path} --version" is not a server's: ${output.trim()}`);
  return { ...candidate, kind: name.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version };
}

/** The name under which a program acts as a server: the checker of Debian's tools package is one as well. */
export function nameOf(path: string): string {
  return basename(path).replace('-check-rdb', '-server');
}
