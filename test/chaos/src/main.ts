// `npm run chaos`: injects faults, logs how it goes on standard error, and prints the results.
import { readArguments, type ChaosArguments, helpText, chosen } from './command-line.js';
import { progressLine, readReports, type Report, writeReport, surroundings } from './report/report.js';
import { writeResults, toText } from './report/table.js';
import { runScenario } from './run/run-scenario.js';

// At a signal the process exits, and its servers and workers end with it, as with any exit.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  const options = readArguments(process.argv.slice(2));
  if (options.isHelp) console.log(helpText());
  else if (options.purpose === 'run') await chaos(options);
  else if (options.purpose === 'merge') show(await readReports(options.files), options);
  else await writeResults(await readReports(options.files));
} catch (error) {
  console.error(error instanceof TypeError || error instanceof RangeError ? error.message : error);
  process.exitCode = 1;
}
// Clients of servers that were killed and connections that were swallowed may still hold timers and sockets.
process.exit();

async function chaos(options: ChaosArguments): Promise<void> {
  const { extent, seed, out } = options;
  const progress = progressLine(process.stderr);
  progress.say(`seed ${seed}`);
  let report: Report = { extent, seed, surroundings: await surroundings(), results: [] };
  for (const scenario of chosen(options)) {
    const result = await runScenario(scenario, { extent, seed, log: progress.log });
    progress.say(
      `${result.hasPassed ? 'passed' : 'FAILED'}  ${scenario.number} ${scenario.name}, ${result.seconds.toFixed(0)} s`,
    );
    report = { ...report, results: [...report.results, result] };
    // Half an hour's work is not to be lost with the process.
    if (out !== undefined) await writeReport(out, report);
  }
  show([report], options);
}

function show(reports: readonly Report[], { isJson }: ChaosArguments): void {
  console.log(isJson ? JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, 2) : toText(reports));
  if (!reports.every(({ results }) => results.every(({ hasPassed }) => hasPassed))) process.exitCode = 1;
}
