// A project as the README tells a user to set up: its own files and settings, the packages, and TypeScript's compiler.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** This clone. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** The text of each fenced block of a page in one language, in their order. */
export async function blocksOf(page: string, language: string): Promise<readonly string[]> {
  const text = await readFile(join(root, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
}

/** The files of a page's program, by the names in the first lines of its blocks. */
export async function filesOf(page: string): Promise<Readonly<Record<string, string>>> {
  const blocks = await blocksOf(page, 'ts');
  return Object.fromEntries(
    blocks.map((text) => [/^\/\/ (src\/\S+\.ts)\n/.exec(text)?.[1] ?? 'a file without a name', text]),
  );
}

/** A project in a folder of its own, removed with its scope. */
export class UserProject implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes it of files by name. */
  static async create(files: Readonly<Record<string, string>>): Promise<UserProject> {
    const folder = await mkdtemp(join(tmpdir(), 'acktor-readme-'));
    await mkdir(join(folder, 'src'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const all = { 'package.json': '{ "type": "module" }', ...files };
    await Promise.all(Object.entries(all).map(([name, text]) => writeFile(join(folder, name), text)));
    return new UserProject(folder);
  }

  /** Compiles it; rejects with the compiler's words when that fails. */
  async compile(): Promise<void> {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', this.folder], { cwd: this.folder }).catch(
      ({ stdout }: { stdout: string }) => {
        throw new Error(stdout);
      },
    );
  }

  /** Runs a compiled program and answers what it printed. */
  async run(program: string, env: Readonly<Record<string, string>>): Promise<string> {
    const { stdout } = await run(process.execPath, [program], { cwd: this.folder, env: { ...process.env, ...env } });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
