// Packages of Debian's or Ubuntu's archive, unpacked without root and without touching what is installed.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, type Environment } from './program.js';

export interface AptWish {
  /** The package; what it needs comes along unless the machine has it. */
  readonly name: string;
  /** Where to unpack to, as if it were the root of the file system. */
  readonly folder: string;
  readonly env: Environment;
  /** Chooses further parts of the archive: options of apt, given a folder for its lists of sources. */
  readonly suites?: (folder: string) => Promise<readonly string[]>;
}

/** Whether this machine has the programs for it. */
export async function canUseApt(env: Environment): Promise<boolean> {
  return (await canRun('apt-get', env)) && (await canRun('dpkg', env));
}

/**
 * Fetches a package and what it needs, and unpacks them into the folder; nothing of theirs is run. apt works with state
 * and cache folders of its own here, so it needs no root and no lock. Rejects with the last lines that apt or dpkg wrote.
 */
export async function unpackPackages({ name, folder, env, suites }: AptWish): Promise<void> {
  const work = join(folder, 'apt');
  for (const path of ['lists/partial', 'cache/archives/partial', 'packages', 'sources']) {
    await mkdir(join(work, path), { recursive: true });
  }
  const chosen = (await suites?.(join(work, 'sources'))) ?? [];
  const apt = (args: readonly string[]) => runApt(work, [...chosen, ...args], env);
  await apt(['update']);
  await apt(['download', ...(await missingPackages(name, apt))]);
  await unpackAll(join(work, 'packages'), folder, env);
  await rm(work, { recursive: true });
}

/** The folders below `root` that hold shared libraries, for `LD_LIBRARY_PATH`. */
export async function libraryFolders(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const libraries = entries.filter(({ name }) => /\.so(\.|$)/.test(name));
  return [...new Set(libraries.map(({ parentPath }) => parentPath))];
}

async function runApt(work: string, args: readonly string[], env: Environment): Promise<string> {
  const options = [
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    // As root, apt would download as a user that may not enter our folder.
    'APT::Sandbox::User=root',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  return runProgram('apt-get', { args: ['-q', ...flags, ...args], cwd: join(work, 'packages'), env: inEnglish(env) });
}

/** The package and what it needs that this machine lacks, as apt itself resolves it. */
async function missingPackages(
  name: string,
  apt: (args: readonly string[]) => Promise<string>,
): Promise<readonly string[]> {
  const plan = await apt(['install', '--simulate', '--no-install-recommends', name]);
  const needed = [...plan.matchAll(/^Inst (\S+) /gm)].map(([, other]) => other).filter((other) => other !== undefined);
  return [...new Set([name, ...needed])];
}

async function unpackAll(packages: string, folder: string, env: Environment): Promise<void> {
  for (const name of await readdir(packages)) {
    await runProgram('dpkg', { args: ['-x', join(packages, name), folder], env });
  }
}

async function canRun(program: string, env: Environment): Promise<boolean> {
  return runProgram(program, { args: ['--version'], env, timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
}

// What apt prints is read above.
function inEnglish(env: Environment): Environment {
  return { ...env, LC_ALL: 'C' };
}
