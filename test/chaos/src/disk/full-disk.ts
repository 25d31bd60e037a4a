// A disk that is full for one server: its files may not grow beyond what they are. Nothing else on the machine notices.
import { execFile } from 'node:child_process';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrivateServer } from '@acktor/core';
import type { ServerBinary } from '@acktor/core/internal';

/**
 * The same program, started so that a write beyond the limit is refused to it, as on a full disk, and not answered with the
 * signal that would end it. What the shell ignores, the program that takes its place ignores, too.
 *
 * @param folder an empty one, for the program's new name.
 */
export async function withoutSizeSignal(binary: ServerBinary, folder: string): Promise<ServerBinary> {
  // Debian's program acts by the name it is called.
  await symlink(binary.path, join(folder, binary.argv0));
  const path = join(folder, 'start');
  await writeFile(path, `#!/bin/sh\ntrap '' XFSZ\nexec '${join(folder, binary.argv0)}' "$@"\n`);
  await chmod(path, 0o700);
  return { ...binary, path };
}

/** From now on no file of the server can grow beyond so many bytes. Linux only. */
export async function limitFiles({ pid }: PrivateServer, mostBytes: number | 'unlimited'): Promise<void> {
  // The soft limit alone, which its owner may raise again.
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${mostBytes}:`]);
}
