// The report as one page that needs nothing else.
import type { Category } from '../../classify/license-texts.js';
import { licenseLabel, type Report, type ReportedPackage } from '../report.js';
import { packageInWords, sizeInWords, timeInWords } from '../words.js';
import { html, Markup } from './markup.js';
import { STYLE } from './style.js';
import { table } from './table.js';

export function reportPage(report: Report): string {
  const { differing, deadLetters, largest, run, packages } = report;
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>Licenses of ${report.project}</title>
      <style>
        ${new Markup(STYLE)}
      </style>
      <main>
        ${header(report)} ${table('By license text', ['License', 'Category', '#Packages'], licenseRows(report))}
        ${table('Declared otherwise', ['Package', 'Declares', 'Its text is'], differing.map(differenceRow))}
        ${table(
          'Dead letters',
          ['Job', 'Package', 'Reason'],
          deadLetters.map(({ job, path, reason }) => [job, path, reason]),
        )}
        <div class="pair">
          ${table(
            'Slowest',
            ['Package', '#Time'],
            run.slowest.map(({ path, tookMs }) => [path, timeInWords(tookMs)]),
          )}
          ${table('Largest', ['Package', '#Files', '#Size'], largest.map(sizeRow))}
        </div>
        ${table('All packages', ['Package', 'License text', 'Category', 'Declared', '#Size', 'SHA-256'], packages.map(packageRow))}
      </main>
    </html> `.text;
}

function header({ project, totals, categories, jobs, run }: Report): Markup {
  const kills = run.kills === 0 ? '' : ` ${run.kills} workers were killed and replaced.`;
  const present = CATEGORIES.filter((category) => categories[category] > 0);
  return html`<header>
    <h1>Licenses of ${project}</h1>
    <p class="lead">
      <b>${totals.packages}</b> packages, <b>${totals.files}</b> files, <b>${sizeInWords(totals.sizeBytes)}</b>
    </p>
    <div class="bar">${present.map((category) => share(category, categories[category]))}</div>
    <ul class="legend">
      ${CATEGORIES.map((category) => html`<li>${badge(category)} ${categories[category]}</li>`)}
    </ul>
    <p class="run">
      ${jobs.sent} jobs sent, ${jobs.acked} acked, ${jobs.deadLettered} dead-lettered, ${run.redelivered} redelivered,
      in ${timeInWords(run.tookMs)} by ${run.workers} worker processes of ${run.consumers} consumers.${kills} Begun
      ${run.startedAt}.
    </p>
  </header>`;
}

const CATEGORIES: readonly Category[] = ['permissive', 'weak copyleft', 'copyleft', 'unknown'];

function share(category: Category, count: number): Markup {
  return html`<i class="${slug(category)}" style="flex-grow:${count}" title="${count} ${category}"></i>`;
}

function badge(category: Category): Markup {
  return html`<span class="badge ${slug(category)}">${category}</span>`;
}

function slug(category: Category): string {
  return category.replace(' ', '-');
}

function licenseRows({ licenses }: Report) {
  return licenses.map(({ license, category, packages }) => [license, badge(category), packages]);
}

function differenceRow(each: ReportedPackage) {
  return [packageCell(each), each.declared ?? '', licenseLabel(each)];
}

function sizeRow(each: ReportedPackage) {
  return [packageCell(each), each.files, sizeInWords(each.sizeBytes)];
}

function packageRow(each: ReportedPackage) {
  const digest = html`<code title="${each.sha256}">${each.sha256.slice(0, 12)}</code>`;
  const declared = each.declared ?? '(nothing)';
  return [packageCell(each), licenseLabel(each), badge(each.category), declared, sizeInWords(each.sizeBytes), digest];
}

function packageCell(each: ReportedPackage): Markup {
  return html`${packageInWords(each)} <small>${each.path}</small>`;
}
