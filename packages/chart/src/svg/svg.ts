// Prints a chart as a picture that stands by itself, in light or dark as its reader has it.
import type { ArrowPlace, ChartLayout, StatePlace } from '../layout/chart-layout.js';
import { layoutChart } from '../layout/layout-chart.js';
import type { LayoutOptions } from '../layout/layout-options.js';
import { LABEL_LINE } from '../layout/sizes.js';
import type { Chart } from '../model/chart.js';
import { STYLE } from './style.js';

/**
 * The chart as SVG, with a line feed at the end. The same chart always gives the same text.
 *
 * No script, no font and nothing else from outside, so that it may be shown anywhere; the colours follow the reader's scheme.
 */
export async function svg(chart: Chart, options: LayoutOptions = {}): Promise<string> {
  const { width, height, states, arrows } = await layoutChart(chart, options);
  const title = `The state chart of ${chart.id}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${text(title)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 .5 8 4 0 7.5Z"/></marker></defs>',
    ...states.flatMap(stateLines),
    ...arrows.map(({ path }) => `<path class="way" d="${path}" marker-end="url(#tip)"/>`),
    ...arrows.flatMap(labelLines),
    '</svg>',
    '',
  ].join('\n');
}

function stateLines(state: StatePlace, _number: number, all: ChartLayout['states']): readonly string[] {
  const { x, y, width, height, name, kind, isInitial, description = name } = state;
  const isOpen = all.some(({ parent }) => parent === state.state);
  const box = `x="${x}" y="${y}" width="${width}" height="${height}" rx="9"`;
  const [left, baseline] = isOpen ? [x + 14, y + 24] : [x + width / 2, y + height / 2 + 5];
  return [
    `<rect class="${isOpen ? 'group' : kind} ${colourOf(state)}" ${box}><title>${text(description)}</title></rect>`,
    `<text class="${isOpen ? 'name' : 'name middle'}" x="${left}" y="${baseline}">${text(name)}</text>`,
    ...(isInitial ? beginning(state) : []),
  ];
}

/** A dot from which an arrow leads to where things begin. */
function beginning({ x, y, height }: StatePlace): readonly string[] {
  const middle = y + height / 2;
  return [
    `<circle class="tip" cx="${x - 15}" cy="${middle}" r="3.5"/>`,
    `<path class="way" d="M${x - 15} ${middle}H${x}" marker-end="url(#tip)"/>`,
  ];
}

/** The states of a consumer have the colours that the dashboard gives them; any other chart's have one. */
function colourOf({ state }: StatePlace): string {
  const [outermost = ''] = state.split('.');
  return state.endsWith('.lost') ? 'lost' : text(outermost.replaceAll(/[^\w-]/g, '_'));
}

function labelLines({ labels, labelX, labelY }: ArrowPlace): readonly string[] {
  return labels.map((label, line) => {
    const baseline = labelY + LABEL_LINE * (line + 1) - 4;
    return `<text class="label" x="${labelX}" y="${baseline}">${text(label)}</text>`;
  });
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML has no room for, and what would turn or hide the words around it, is shown by its number. */
function text(plain: string): string {
  return plain
    .replaceAll(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign)
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    );
}
