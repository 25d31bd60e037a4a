// Plots: lines over time with axes and the figures under the pointer, and small ones for a row of a table.
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { palette, type Palette, type Tone } from '../theme/palette.js';
import { timeOfDay } from './format.js';
import 'uplot/dist/uPlot.min.css';

export interface Line {
  readonly name: string;
  readonly tone: Tone;
  /** Dashed, so that two lines differ without their colours. */
  readonly isDashed?: boolean;
  readonly values: readonly number[];
}

interface LinePlotProps {
  readonly label: string;
  readonly atMs: readonly number[];
  readonly lines: readonly Line[];
}

const plotHeight = 160;

export function LinePlot({ label, atMs, lines }: LinePlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const names = lines.map(({ name }) => name).join();
  const shown = useRef<{ readonly plot: UPlot; readonly names: string }>(undefined);
  const data = [atMs.map((at) => at / 1_000), ...lines.map(({ values }) => [...values])];
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    if (shown.current?.names === names) shown.current.plot.setData(data as UPlot.AlignedData);
    else
      shown.current = {
        plot: new UPlot(optionsFor(lines, element.clientWidth), data as UPlot.AlignedData, element),
        names,
      };
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() =>
      shown.current?.plot.setSize({ width: element.clientWidth, height: plotHeight }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      shown.current?.plot.destroy();
      shown.current = undefined;
    };
  }, []);
  return <div ref={place} className="plot" role="img" aria-label={label} />;
}

function optionsFor(lines: readonly Line[], width: number): UPlot.Options {
  const colours = palette();
  return {
    width,
    height: plotHeight,
    cursor: { y: false, drag: { x: false } },
    series: [
      { label: 'time', value: (_plot, second: number | null) => (second === null ? '–' : timeOfDay(second * 1_000)) },
      ...lines.map((line) => seriesFor(line, colours)),
    ],
    axes: [
      { ...axis(), values: (_plot, seconds) => seconds.map((second) => timeOfDay(second * 1_000)) },
      { ...axis(), size: 48 },
    ],
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
    legend: { live: true },
  };
}

// The colours are read at each drawing: the scheme may change while a plot is shown.
function seriesFor({ name, tone, isDashed = false }: Line, colours: Palette): UPlot.Series {
  return {
    label: name,
    stroke: () => palette().tones[tone],
    width: 1.5,
    fill: isDashed ? undefined : () => `color-mix(in srgb, ${palette().tones[tone]} 13%, transparent)`,
    ...(isDashed ? { dash: [4, 3] } : {}),
    points: { show: false, stroke: colours.tones[tone] },
    value: (_plot, value: number | null) => (value === null ? '–' : value.toFixed(1)),
  } as UPlot.Series;
}

function axis(): UPlot.Axis {
  return {
    stroke: () => palette().dim,
    grid: { stroke: () => palette().line, width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
}

interface SparkLineProps {
  readonly values: readonly number[];
  readonly label: string;
}

const sparkWidth = 96;
const sparkHeight = 24;
const sparkInset = 2;

/** A small plot without axes. */
export function SparkLine({ values, label }: SparkLineProps) {
  const top = Math.max(1, ...values);
  const step = sparkWidth / Math.max(1, values.length - 1);
  const y = (value: number) => sparkHeight - sparkInset - (value / top) * (sparkHeight - 2 * sparkInset);
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${sparkWidth} ${sparkHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <polyline points={points} />
    </svg>
  );
}
