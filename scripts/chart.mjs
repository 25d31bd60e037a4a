// `npm run chart`: writes the charts into the pages that show them, and draws what the dashboard begins with; `npm run chart -- --check` says whether they are as the code is.

import { drawnFrom } from '../packages/dashboard/dist/sources.js';
import { svg } from '../packages/chart/dist/index.js';
import { supervisorMachine, workerProcessMachine } from '../packages/cli/dist/index.js';
import { chartOf, consumerMachine, mermaid, workerMachine } from '../packages/worker/dist/index.js';
import { writeFiles, writeParts } from './pages/generated-part.mjs';

const drawing = (machine) => `\`\`\`mermaid\n${mermaid(chartOf(machine))}\`\`\``;

const parts = [
  { page: 'docs/architecture.md', name: 'consumer chart', content: drawing(consumerMachine) },
  { page: 'docs/architecture.md', name: 'worker chart', content: drawing(workerMachine) },
  { page: 'docs/architecture.md', name: 'supervisor chart', content: drawing(supervisorMachine) },
  { page: 'docs/architecture.md', name: 'worker process chart', content: drawing(workerProcessMachine) },
];

writeParts(parts, 'npm run chart');

const consumer = chartOf(consumerMachine);
const pictures = [
  { page: 'docs/charts/consumer.svg', content: await svg(consumer, { open: [], flow: 'down' }) },
  { page: 'docs/charts/consumer-open.svg', content: await svg(consumer) },
];

writeFiles(pictures, 'npm run chart');

// With the dashboard come the charts of this version that workers say something of, drawn: they are there before the first worker is.
const machines = [consumerMachine, workerMachine];
const drawn = await Promise.all(machines.map((machine) => drawnFrom(chartOf(machine))));
writeFiles(
  [{ page: 'packages/dashboard/src/own-charts.json', content: `${JSON.stringify(drawn)}\n` }],
  'npm run chart',
);
