// Prints a chart as a self-contained picture, in light or dark as its reader has set.
import type { Chart } from './chart.js';
import type { ArrowPath, ChartLayout, LayoutOptions, StateBox } from './layout/chart-layout.js';
import { layoutChart } from './layout/layout-chart.js';
import { LABEL_LINE } from './layout/sizes.js';

/**
 * The chart as SVG, with a line feed at the end. The same chart always gives the same text.
 *
 * It needs no script, font or other file, so that it can be shown anywhere; the colours follow the reader's scheme.
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

function stateLines(state: StateBox, _number: number, all: ChartLayout['states']): readonly string[] {
  const { x, y, width, height, name, kind, isInitial, description = name } = state;
  const isOpen = all.some(({ parent }) => parent === state.state);
  const box = `x="${x}" y="${y}" width="${width}" height="${height}" rx="9"`;
  const [left, baseline] = isOpen ? [x + 14, y + 24] : [x + width / 2, y + height / 2 + 5];
  return [
    `<rect class="${isOpen ? 'group' : kind} ${colourOf(state)}" ${box}><title>${text(description)}</title></rect>`,
    `<text class="${isOpen ? 'name' : 'name middle'}" x="${left}" y="${baseline}">${text(name)}</text>`,
    ...(isInitial ? initialArrow(state) : []),
  ];
}

/** A dot from which an arrow leads to the initial state. */
function initialArrow({ x, y, height }: StateBox): readonly string[] {
  const middle = y + height / 2;
  return [
    `<circle class="tip" cx="${x - 15}" cy="${middle}" r="3.5"/>`,
    `<path class="way" d="M${x - 15} ${middle}H${x}" marker-end="url(#tip)"/>`,
  ];
}

/** The states of a consumer have their colours on the dashboard; all states of other charts have one colour. */
function colourOf({ state }: StateBox): string {
  const [outermost = ''] = state.split('.');
  return state.endsWith('.lost') ? 'lost' : text(outermost.replaceAll(/[^\w-]/g, '_'));
}

function labelLines({ labels, labelX, labelY }: ArrowPath): readonly string[] {
  return labels.map((label, line) => {
    const baseline = labelY + LABEL_LINE * (line + 1) - 4;
    return `<text class="label" x="${labelX}" y="${baseline}">${text(label)}</text>`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML cannot hold, or that would turn or hide the text around them, are written as their numbers. */
function text(plain: string): string {
  return plain
    .replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    );
}

/** With the dashboard's colours for the states of a consumer. */
const STYLE = [
  'text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;fill:#17202b}',
  '.name{font-size:14px;font-weight:600}.middle{text-anchor:middle}.label{fill:#5f6b7a}',
  'rect{fill:#fff;stroke:#98a2b0;stroke-width:1.5}.group{fill:#98a2b0;fill-opacity:.06}.final{stroke-dasharray:5 3}',
  '.way{fill:none;stroke:#98a2b0;stroke-width:1.4}.tip{fill:#98a2b0}',
  '.fetching{stroke:#1f78d1}.processing{stroke:#0d9488}.acking{stroke:#2f9e44}.rejecting{stroke:#d9480f}.lost{stroke:#8250df}',
  '@media(prefers-color-scheme:dark){text{fill:#e6eaf0}.label{fill:#8b96a5}rect{fill:#151a21;stroke:#5b6675}',
  '.group{fill:#5b6675;fill-opacity:.08}.way{stroke:#5b6675}.tip{fill:#5b6675}',
  '.fetching{stroke:#6cb6ff}.processing{stroke:#2dd4bf}.acking{stroke:#7ee787}.rejecting{stroke:#ff8a5c}.lost{stroke:#d2a8ff}}',
].join('');
