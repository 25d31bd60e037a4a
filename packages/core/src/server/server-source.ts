// Where a server can be fetched from when the machine has none.
import type { Environment } from './program.js';
import type { ServerCandidate, ServerKind } from './server-binary.js';

export interface ServerSource {
  /** The program that fetches. */
  readonly name: string;
  isAvailable(env: Environment): Promise<boolean>;
  /** Fetches a server into the empty folder, or has it installed elsewhere, and says how to start it. */
  fetch(folder: string, kind: ServerKind, env: Environment): Promise<ServerCandidate>;
}
