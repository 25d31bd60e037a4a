// `npm run options`: writes the tables of all options into docs/options.md; with `-- --check` it says whether they are there.

import { contractOptions } from '../packages/core/dist/contract/job.js';
import {
  deadLetterBulkOptions,
  deadLetterListOptions,
} from '../packages/core/dist/dead-letters/dead-letter-options.js';
import { eventsOptions } from '../packages/core/dist/events/events-options.js';
import { jobListOptions, operatorOptions, pauseOptions } from '../packages/core/dist/operator/operator-options.js';
import {
  cancelOptions,
  producerOptions,
  resultOptions,
  sendOptions,
} from '../packages/core/dist/producer/producer-options.js';
import { dashboardOptions } from '../packages/dashboard/dist/dashboard-options.js';
import { handlerOptions } from '../packages/worker/dist/handler/handler.js';
import { middlewareOptions } from '../packages/worker/dist/handler/middleware.js';
import { workerOptions } from '../packages/worker/dist/worker/worker-options.js';
import { supervisorOptions } from '../packages/cli/dist/supervisor/supervisor-options.js';
import { writeParts } from './pages/generated-part.mjs';

const tables = {
  job: contractOptions,
  producer: producerOptions,
  send: sendOptions,
  result: resultOptions,
  cancel: cancelOptions,
  'dead letter list': deadLetterListOptions,
  'dead letter bulk': deadLetterBulkOptions,
  events: eventsOptions,
  operator: operatorOptions,
  'job list': jobListOptions,
  pause: pauseOptions,
  worker: workerOptions,
  handler: handlerOptions,
  middleware: middlewareOptions,
  supervisor: supervisorOptions,
  dashboard: dashboardOptions,
};

const parts = Object.entries(tables).map(([name, options]) => ({
  page: 'docs/options.md',
  name: `${name} options`,
  content: [
    '| option | type | default | bounds | what it is |',
    '|---|---|---|---|---|',
    ...options.rows().map(rowOf),
  ].join('\n'),
}));

writeParts(parts, 'npm run options');

function rowOf({ name, type, default: value, bounds, doc }) {
  return `| ${[`\`${name}\``, type, defaultCell(value), bounds, doc].map(cell).join(' | ')} |`;
}

function defaultCell(value) {
  if (value === 'undefined') return '';
  return value === 'required' ? '*required*' : `\`${value}\``;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}
