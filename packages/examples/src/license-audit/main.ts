// The license audit: one job for each installed package, two queues, two worker processes, one report.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AcktorError } from '@acktor/core';
import { audit, type AuditOrder } from './audit.js';
import { InterruptedError, outliveReader } from '../fleet/interruption.js';
import { readCommand, USAGE, type AuditCommand } from './command-line.js';
import { WorkerStartError } from '../fleet/fleet.js';
import { findPackages } from './packages.js';
import { reportText, summaryLine } from './report/text.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { reportPage } from './report/page.js';
import type { Report } from './report/report.js';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

outliveReader();
process.exitCode = await main(process.argv.slice(2));

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  if (command.kind === 'help') return say(USAGE, 0);
  if (command.kind === 'wrong') return complain(command.why, 2);
  try {
    return await auditProject(command);
  } catch (error) {
    if (error instanceof InterruptedError) return complain(error.message, 130);
    if (error instanceof AcktorError || error instanceof WorkerStartError) return complain(error.message, 1);
    throw error;
  }
}

async function auditProject({ project = REPOSITORY, out, consumers, hasKills, isOnce }: AuditCommand): Promise<number> {
  const folder = resolve(project);
  const paths = await findPackages(folder);
  if (paths.length === 0) return complain(`expected packages in ${join(folder, 'node_modules')}, found none`, 2);
  await audit({ project: folder, paths, consumers, hasKills, after: afterReport(isOnce) }, async (report) => {
    const files = await writeReport(report, out);
    console.log(`${reportText(report)}\n\nReport: ${files.join(' and ')}\n${summaryLine(report)}`);
  });
  return 0;
}

function afterReport(isOnce: boolean): AuditOrder['after'] {
  if (isOnce) return 'once';
  return process.stdout.isTTY ? 'watch' : 'noTerminal';
}

function say(text: string, status: number): number {
  console.log(text);
  return status;
}

function complain(text: string, status: number): number {
  console.error(text);
  return status;
}

/** Makes the folder if there is none. Returns the paths of the files. */
export async function writeReport(report: Report, folder: string): Promise<readonly string[]> {
  const page = join(resolve(folder), 'report.html');
  const facts = join(resolve(folder), 'report.json');
  await mkdir(folder, { recursive: true });
  await writeFile(page, reportPage(report));
  await writeFile(facts, `${JSON.stringify(report, undefined, 2)}\n`);
  return [page, facts];
}
