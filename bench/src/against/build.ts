// A build of Acktor: a clone of it that was built, ours or another.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export interface Build {
  readonly folder: string;
  /** Of what is checked out there, `+` behind it where files were changed since; `unknown` where no Git answers. */
  readonly commit: string;
  /** Where the entries of its processes under test are. */
  readonly entries: URL;
}

/** The build that this file is of. */
export async function thisBuild(): Promise<Build> {
  return buildIn(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));
}

/** @throws RangeError where there is no build of Acktor. */
export async function buildIn(named: string): Promise<Build> {
  const folder = resolve(named);
  const entries = join(folder, 'bench/dist/subjects/');
  for (const file of [join(entries, 'acktor.js'), join(folder, 'packages/worker/dist/index.js')]) {
    if (!existsSync(file))
      throw new RangeError(
        `expected --against to be the folder of a clone of Acktor that is built, got ${folder}, which has no ${file.slice(folder.length + 1)}: ` +
          'run `npm run build` there (git worktree add ../before HEAD~1 makes such a folder)',
      );
  }
  return { folder, commit: await commitIn(folder), entries: pathToFileURL(entries) };
}

async function commitIn(folder: string): Promise<string> {
  try {
    const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args])).stdout.trim();
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

const run = promisify(execFile);
