export type { Chart, ChartState, ChartStateKind, ChartTransition } from './model/chart.js';
export { chartOf } from './reading/chart-of.js';
export { readChart } from './reading/read-chart.js';
export { mermaid } from './mermaid/mermaid.js';
export { layoutChart } from './layout/layout-chart.js';
export type { ArrowPlace, ChartLayout, StatePlace } from './layout/chart-layout.js';
export type { LayoutOptions } from './layout/layout-options.js';
export { svg } from './svg/svg.js';
export { machineJson } from './machine-json.js';
