// Bars in groups, as SVG text that needs nothing else: legible on light and on dark pages.

export interface BarChart {
  readonly title: string;
  /** Under the groups, left to right. */
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  /** Heights by powers of ten, for values that are far apart. */
  readonly isLogarithmic?: boolean;
}

export interface Series {
  readonly name: string;
  /** One for each category; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** Draws the chart. The same data give the same text. */
export function barChart(chart: BarChart): string {
  const groupWidth = (WIDTH - 2 * MARGIN) / chart.categories.length;
  const heightOf = scaleOf(chart);
  const groups = chart.categories.map((category, index) => {
    const left = MARGIN + index * groupWidth;
    const bars = chart.series.map((series, place) =>
      barOf({ chart, series, place, index, left, groupWidth, heightOf }),
    );
    return [...bars, text({ x: left + groupWidth / 2, y: BASE + 20, content: category })].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(chart.title)}">`,
    STYLE,
    `<text x="${MARGIN}" y="24" class="title">${escaped(chart.title)}</text>`,
    ...chart.series.map(({ name }, place) => legend(name, place)),
    `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${BASE}" y2="${BASE}" class="axis"/>`,
    ...groups,
    '</svg>',
    '',
  ].join('\n');
}

const WIDTH = 760;
const HEIGHT = 320;
const MARGIN = 24;
const BASE = 280;
const TALLEST = 190;

/** Colours that differ in lightness, too. */
const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f; text-anchor: middle }
.title { font-size: 15px; font-weight: 600; text-anchor: start }
.legend { text-anchor: start }
.value { font-size: 11px }
.axis { stroke: #8c959f }
.s0 { fill: #0b57d0 } .s1 { fill: #e8710a } .s2 { fill: #5bb974 } .s3 { fill: #9aa0a6 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.s0 { fill: #6ea8fe } .s1 { fill: #ffa657 } .s2 { fill: #3fb950 } .s3 { fill: #8b949e }
}
</style>`;

interface Bar {
  readonly chart: BarChart;
  readonly series: Series;
  readonly place: number;
  readonly index: number;
  readonly left: number;
  readonly groupWidth: number;
  readonly heightOf: (value: number) => number;
}

function barOf({ chart, series, place, index, left, groupWidth, heightOf }: Bar): string {
  const value = series.values[index] ?? null;
  if (value === null) return '';
  const width = Math.min((groupWidth * 0.84) / chart.series.length, 56);
  const x = left + groupWidth / 2 + (place - chart.series.length / 2) * width;
  const height = heightOf(value);
  const place1 = `x="${round(x)}" y="${round(BASE - height)}" width="${round(width - 2)}" height="${round(height)}"`;
  const label = text({ x: x + width / 2, y: BASE - height - 5, content: compact(value), style: 'value' });
  return `<rect ${place1} class="s${place}"/>${label}`;
}

function scaleOf({ series, isLogarithmic = false }: BarChart): (value: number) => number {
  const values = series.flatMap((one) => one.values).filter((value) => value !== null);
  const most = Math.max(...values);
  if (!isLogarithmic) return (value) => (value / most) * TALLEST;
  // Half a power of ten below the least, so that the least has a bar as well.
  const floor = Math.log10(Math.min(...values)) - 0.5;
  return (value) => ((Math.log10(value) - floor) / (Math.log10(most) - floor)) * TALLEST;
}

function legend(name: string, place: number): string {
  const x = MARGIN + place * 150;
  const box = `<rect x="${x}" y="38" width="12" height="12" class="s${place}"/>`;
  return `${box}<text x="${x + 18}" y="48" class="legend">${escaped(name)}</text>`;
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly content: string;
  readonly style?: string;
}

function text({ x, y, content, style }: Text): string {
  const css = style === undefined ? '' : ` class="${style}"`;
  return `<text x="${round(x)}" y="${round(y)}"${css}>${escaped(content)}</text>`;
}

/** Such as `23.5k`: a bar is narrow. */
function compact(value: number): string {
  if (value >= 10_000) return `${Number((value / 1_000).toPrecision(3))}k`;
  return value >= 1_000 ? `${(value / 1_000).toFixed(1)}k` : String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
