// Writes the report's two files.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { reportPage } from './html/page.js';
import type { Report } from './report.js';

/** Makes the folder if there is none. Answers the paths of the files. */
export async function writeReport(report: Report, folder: string): Promise<readonly string[]> {
  const page = join(resolve(folder), 'report.html');
  const facts = join(resolve(folder), 'report.json');
  await mkdir(folder, { recursive: true });
  await writeFile(page, reportPage(report));
  await writeFile(facts, `${JSON.stringify(report, undefined, 2)}\n`);
  return [page, facts];
}
