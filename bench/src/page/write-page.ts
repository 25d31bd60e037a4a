// Puts the page into the documentation, beside the results it was made from.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { resultsText } from '../report/results-file.js';
import type { BenchReport } from '../report/report.js';
import { pageOf } from './page.js';

/** Writes `docs/performance.md`, its charts and its results. */
export async function writePage(report: BenchReport): Promise<void> {
  const files = pageOf(await readFile(TEMPLATE, 'utf8'), report);
  for (const { path, text } of [...files, { path: 'performance/results.json', text: resultsText(report) }]) {
    const file = join(DOCS, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.error(`wrote docs/${path}`);
  }
}

const TEMPLATE = fileURLToPath(new URL('../../performance.template.md', import.meta.url));
const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
