// A machine of a test's own: a PATH with nothing on it but what the test puts there, and an empty cache.
import type { Environment } from '@acktor/core/server';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class FakeMachine implements AsyncDisposable {
  readonly folder: string;
  readonly env: Environment;

  private constructor(folder: string) {
    this.folder = folder;
    this.env = { PATH: join(folder, 'bin'), ACKTOR_CACHE: join(folder, 'cache') };
  }

  static async create(): Promise<FakeMachine> {
    const machine = new FakeMachine(await mkdtemp(join(tmpdir(), 'acktor-machine-')));
    await mkdir(join(machine.folder, 'bin'));
    return machine;
  }

  /** Puts a shell script on the PATH. */
  async install(name: string, script: string): Promise<string> {
    const path = join(this.folder, 'bin', name);
    await writeFile(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o755 });
    return path;
  }

  /** Puts an apt-get and a dpkg on the PATH whose package holds a server of that version. */
  async installApt(version: string): Promise<void> {
    await this.install(
      'apt-get',
      `for word; do case "$word" in
        update) echo update >> ${this.folder}/calls ;;
        --simulate) echo 'Inst liblzf1 (3.6-3)' ;;
        download) isDownload=yes ;;
        redis-tools|liblzf1) [ "$isDownload" ] && echo "$word" >> ${this.folder}/calls && touch "$word.deb" ;;
      esac; done; true`,
    );
    await this.install(
      'dpkg',
      `[ "$1" = --version ] && exit; mkdir -p "$3/usr/bin" "$3/usr/lib/here"; touch "$3/usr/lib/here/liblzf.so.1"
      printf '#!/bin/sh\\n${SAYS}${version}\\n' > "$3/usr/bin/redis-check-rdb"; chmod +x "$3/usr/bin/redis-check-rdb"`,
    );
  }

  /** What was fetched so far, in order. */
  async calls(): Promise<readonly string[]> {
    const text = await readFile(join(this.folder, 'calls'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const SAYS = 'echo Redis server v=';

/** A shell script that says it is a server of that version. */
export function serverScript(version: string): string {
  return `${SAYS}${version}`;
}
