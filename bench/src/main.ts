// `npm run bench`: measures, logs how it goes on standard error, and prints the results.
import { loadavg } from 'node:os';
import { AGAINST_CASES, againstTable, benchAgainst } from './against/against.js';
import { casesNamed } from './cases/cases.js';
import { readArguments, type BenchArguments, helpText } from './command-line.js';
import type { Comparison } from './measuring/comparison.js';
import { runRounds } from './measuring/rounds.js';
import { writePage } from './page/page.js';
import { readResults, saveResults } from './report/results-file.js';
import { toJson, toTable, type BenchReport } from './report/report.js';
import { thisMachine, versionsWith } from './report/surroundings.js';
import { Servers } from './servers/servers.js';

try {
  const options = readArguments(process.argv.slice(2));
  if (options.isHelp) console.log(helpText());
  else if (options.isReport) await writePage(await readResults(options.resultsFiles));
  else if (options.against !== undefined) await benchBuilds(options, options.against);
  else await bench(options);
} catch (error) {
  console.error(error instanceof TypeError || error instanceof RangeError ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: BenchArguments): Promise<void> {
  const wanted = casesNamed(options.cases, options);
  const startedAtMs = performance.now();
  const load = loadavg()[0] ?? 0;
  await using servers = await Servers.start(log);
  leaveOnSignals(servers);
  const results: Comparison[] = [];
  for (const benchCase of wanted) {
    log(`${benchCase.name}: ${benchCase.about}`);
    results.push(
      ...(await runRounds(benchCase, { ...options, servers, log }).catch((error: unknown) =>
        onFailure(benchCase.name, error),
      )),
    );
  }
  const report: BenchReport = {
    machine: thisMachine(load),
    versions: await versionsWith(await servers.versions()),
    results,
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    madeAt: new Date().toISOString(),
    tookSeconds: Math.round((performance.now() - startedAtMs) / 1_000),
  };
  await saveResults(report);
  console.log(options.isJson ? toJson(report) : toTable(report));
}

/** This build and another, without peers. */
async function benchBuilds(options: BenchArguments, folder: string): Promise<void> {
  const wanted = casesNamed(options.cases.length > 0 ? options.cases : AGAINST_CASES, options);
  const load = loadavg()[0] ?? 0;
  await using servers = await Servers.start(log);
  leaveOnSignals(servers);
  const report = await benchAgainst({ ...options, cases: wanted, folder, load, servers, log, onFailure });
  console.log(options.isJson ? JSON.stringify(report) : againstTable(report));
}

/** The other cases are measured nevertheless: they may have taken half an hour. */
function onFailure(name: string, error: unknown): readonly [] {
  console.error(`${name} failed:`, error);
  process.exitCode = 1;
  return [];
}

/** A bench that is broken off leaves no server behind; the processes under test end when they see it go. */
function leaveOnSignals(servers: Servers): void {
  const leave = () => void servers[Symbol.asyncDispose]().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
}

function log(message: string): void {
  console.error(message);
}
