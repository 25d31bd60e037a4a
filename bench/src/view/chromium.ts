// The browser that tests and the bench drive: the machine's own Chromium, or Debian's, unpacked beside Acktor's other finds.
import { canUseApt, libraryFolders, unpackPackages } from '@acktor/core/server';
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Without a window. Undefined when there is none on the machine; in CI one is fetched, and a failure to do so rejects. */
export async function openChromium(): Promise<Browser | undefined> {
  const program = await findChromium();
  if (program === undefined) return undefined;
  const env = { ...process.env, ...program.env } as Record<string, string>;
  // Root may not use the sandbox, and CI is often root; only our own page is opened.
  return chromium.launch({ executablePath: program.path, args: ['--no-sandbox'], env });
}

interface ChromiumProgram {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Each is named, though one needs another: apt leaves out what the machine has, and a leftover may lie elsewhere. */
const packages = ['fonts-dejavu-core', 'chromium-common', 'chromium'];

async function findChromium(): Promise<ChromiumProgram | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name))))
    if (await canRun(path)) return { path, env: {} };
  return process.env['CI'] === undefined ? undefined : fetchedChromium();
}

async function fetchedChromium(): Promise<ChromiumProgram> {
  const folder = join(process.cwd(), '.acktor', 'chromium');
  const path = join(folder, 'usr/lib/chromium/chromium');
  if (!(await canRun(path))) await fetchChromium(folder);
  const libraries = [
    ...(await libraryFolders(join(folder, 'usr/lib'))),
    ...(await libraryFolders(join(folder, 'lib'))),
  ];
  return { path, env: { LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_FILE: join(folder, 'fonts.conf') } };
}

async function fetchChromium(folder: string): Promise<void> {
  const { env } = process;
  if (!(await canUseApt(env)))
    throw new Error('expected chromium on the PATH, or apt-get and dpkg to fetch it: install one');
  await mkdir(folder, { recursive: true });
  for (const name of packages) await unpackPackages({ name, folder, env });
  // The one that comes with the packages names folders of the machine.
  const fonts = `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'usr/share/fonts')}</dir><cachedir>${join(folder, 'fonts')}</cachedir></fontconfig>`;
  await writeFile(join(folder, 'fonts.conf'), fonts);
}

async function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
