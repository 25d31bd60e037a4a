// The report as one HTML page that needs no other file.
import type { Category } from '../handlers/classify-license.js';
import { licenseLabel, type Report, type ReportedPackage } from './report.js';
import { packageInWords, sizeInWords, timeInWords } from './words.js';

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

type Cell = string | number | Markup;

/** A heading that begins with `#` is of a column of amounts. Nothing at all when there are no rows. */
export function table(title: string, headings: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  if (rows.length === 0) return html``;
  const classOf = (column: number) => (headings[column]?.startsWith('#') === true ? 'amount' : 'word');
  const head = headings.map((text, column) => html`<th class="${classOf(column)}">${text.replace('#', '')}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, column) => html`<td class="${classOf(column)}">${cell}</td>`)}
      </tr> `,
  );
  return html`<section>
    <h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** A piece of HTML that is safe to put in a page. Only {@link html} makes it. */
export class Markup {
  constructor(readonly text: string) {}
}

type Value = string | number | Markup | readonly Markup[];

/** The template's own text is markup; values are text, or markup made by this function. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(parts.map((part, index) => part + asMarkup(values[index] ?? '')).join(''));
}

function asMarkup(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return value.map(({ text }) => text).join('');
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const STYLE = `
:root {
  --page: #f6f7f9; --card: #fff; --ink: #1b2430; --soft: #5d6878; --line: #e3e7ec;
  --permissive: #1c7d52; --weak-copyleft: #a86400; --copyleft: #c0392f; --unknown: #667085;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --ink: #e7ecf3; --soft: #98a4b5; --line: #2b3441;
    --permissive: #4fc38d; --weak-copyleft: #e5a13c; --copyleft: #f0776c; --unknown: #9aa5b6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { margin: 0; font-size: 28px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 17px; }
.lead { margin: 6px 0 18px; font-size: 18px; color: var(--soft); }
.lead b { color: var(--ink); }
.bar { display: flex; gap: 2px; height: 14px; border-radius: 7px; overflow: hidden; }
.bar i { background: currentcolor; flex-basis: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 12px 0 0; padding: 0; list-style: none; }
.run { margin: 14px 0 0; color: var(--soft); font-size: 14px; }
section { margin-top: 24px; padding: 18px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 0 24px; align-items: start; }
.pair section { min-width: 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { padding: 6px 14px 6px 0; color: var(--soft); font-weight: 600; text-align: left; white-space: nowrap; }
td { padding: 6px 14px 6px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.amount { padding: 6px 0 6px 14px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.amount + .word { padding-left: 20px; }
small { display: block; color: var(--soft); }
code { white-space: nowrap; font: 12px ui-monospace, monospace; color: var(--soft); }
.badge { padding: 1px 9px; border: 1px solid currentcolor; border-radius: 10px; font-size: 12px; white-space: nowrap; }
.permissive { color: var(--permissive); }
.weak-copyleft { color: var(--weak-copyleft); }
.copyleft { color: var(--copyleft); }
.unknown { color: var(--unknown); }
`;
