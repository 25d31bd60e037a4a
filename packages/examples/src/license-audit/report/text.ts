// The report on the terminal.
import { licenseLabel, type Report, type ReportedPackage } from './report.js';
import { packageInWords, sizeInWords, timeInWords } from './words.js';

/** All but the last line: see {@link summaryLine}. */
export function reportText(report: Report): string {
  const { totals, licenses, differing, run, largest, deadLetters } = report;
  const headline = `${totals.packages} packages, ${totals.files} files, ${sizeInWords(totals.sizeBytes)}`;
  return [
    headline,
    ...table(
      'By license text',
      licenses.map((each) => [String(each.packages), each.license, each.category]),
    ),
    ...table('Declared otherwise', differing.map(differenceRow)),
    ...table(
      'Slowest',
      run.slowest.map(({ path, tookMs }) => [timeInWords(tookMs), path]),
    ),
    ...table(
      'Largest',
      largest.map((each) => [sizeInWords(each.sizeBytes), packageInWords(each), each.path]),
    ),
    ...table(
      'Dead letters',
      deadLetters.map(({ job, path, reason }) => [job, path, reason]),
    ),
  ].join('\n');
}

/** What became of all jobs, in one line. */
export function summaryLine({ jobs, run }: Report): string {
  return `${jobs.sent} sent, ${jobs.acked} acked, ${jobs.deadLettered} dead-lettered, ${run.redelivered} redelivered`;
}

function differenceRow(each: ReportedPackage): readonly string[] {
  return [packageInWords(each), `declares ${each.declared ?? 'nothing'}`, `its text is ${licenseLabel(each)}`];
}

type Row = readonly string[];

/** A title and aligned columns; nothing at all when there are no rows. */
function table(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, MOST_ROWS).map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) => row.map((cell, column) => aligned(cell, widths[column] ?? 0)).join('  ');
  const more = rows.length > MOST_ROWS ? [`  and ${rows.length - MOST_ROWS} more, in the report`] : [];
  return ['', title, ...shown.map((row) => `  ${line(row)}`.trimEnd()), ...more];
}

const MOST_ROWS = 30;

/** Amounts to the right, words to the left. */
function aligned(cell: string, width: number): string {
  return /^\d[\d.]*( [a-zA-Z]+)?$/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
}

/** A package's name may hold anything: nothing of it may move the cursor or colour the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Control}|\p{Format}/gu, '?');
}
