// The package's API: a machine's chart as data, its layout, and its text in several formats.
export { readChart, type Chart, type ChartState, type ChartStateKind, type ChartTransition } from './chart.js';
export { chartOf, machineJson } from './definition.js';
export type { ArrowPath, ChartLayout, LayoutOptions, StateBox } from './layout/chart-layout.js';
export { layoutChart } from './layout/layout-chart.js';
export { mermaid } from './mermaid.js';
export { svg } from './svg.js';
