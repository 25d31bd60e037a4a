// `npm run options`: writes the tables of all options into docs/options.md, and as interfaces into the files that hold the tables, so that an
// editor shows their texts; with `-- --check` it says whether they are there.

import { format, resolveConfig } from 'prettier';
import { fileURLToPath } from 'node:url';
import { contractOptions } from '../packages/core/dist/contract/job.js';
import {
  deadLetterBulkOptions,
  deadLetterFilter,
  deadLetterListOptions,
  redriveOptions,
} from '../packages/core/dist/dead-letters/dead-letter-options.js';
import { brokerOptionTable } from '../packages/core/dist/engine/broker-options.js';
import { flowOptions } from '../packages/core/dist/flows/flow.js';
import { eventsOptions } from '../packages/core/dist/events/events-options.js';
import { textLimitTable } from '../packages/core/dist/foreign-text/text-limits.js';
import { redisEngineOptions } from '../packages/core/dist/engine/default-engine.js';
import { fleetOptions } from '../packages/core/dist/fleet/connect-fleet.js';
import {
  clearOptions,
  inspectOptions,
  jobListOptions,
  moveOptions,
  operatorOptions,
  pauseOptions,
  promoteOptions,
} from '../packages/core/dist/operator/operator-options.js';
import { queueLimitOptions } from '../packages/core/dist/operator/limits.js';
import { actorListOptions } from '../packages/core/dist/actors/actors.js';
import { keyLimitOptions, keyListOptions } from '../packages/core/dist/operator/keys.js';
import { defineOptions } from '../packages/core/dist/options/options.js';
import {
  cancelOptions,
  producerOptions,
  resultOptions,
  sendOptions,
} from '../packages/core/dist/producer/producer-options.js';
import { callOptions } from '../packages/core/dist/producer/call-options.js';
import { exchangeOptions } from '../packages/core/dist/routing/exchange.js';
import { publishOptions } from '../packages/core/dist/routing/publish-options.js';
import {
  scheduleListOptions,
  scheduleOptions,
  upcomingOptions,
} from '../packages/core/dist/schedules/schedule-options.js';
import { backfillOptions } from '../packages/core/dist/schedules/backfill.js';
import { dashboardHandlerOptions, dashboardOptions } from '../packages/dashboard/dist/dashboard-options.js';
import { batchOptions } from '../packages/worker/dist/handler/batch.js';
import { handlerOptions } from '../packages/worker/dist/handler/handler.js';
import { middlewareOptions } from '../packages/worker/dist/handler/middleware.js';
import { subscribeOptions } from '../packages/worker/dist/worker/subscription.js';
import { travellingOptionTable, workerOptions } from '../packages/worker/dist/worker/worker-options.js';
import { supervisorOptions } from '../packages/cli/dist/supervisor/supervisor-options.js';
import { writeParts } from './pages/generated-part.mjs';
import { optionInterface, optionRow } from './pages/option-texts.mjs';

const tables = {
  job: contractOptions,
  producer: producerOptions,
  send: sendOptions,
  result: resultOptions,
  call: callOptions,
  cancel: cancelOptions,
  exchange: exchangeOptions,
  publish: publishOptions,
  flow: flowOptions,
  schedule: scheduleOptions,
  'schedule list': scheduleListOptions,
  upcoming: upcomingOptions,
  backfill: backfillOptions,
  'dead letter list': deadLetterListOptions,
  redrive: redriveOptions,
  'dead letter bulk': deadLetterBulkOptions,
  events: eventsOptions,
  operator: operatorOptions,
  'job list': jobListOptions,
  pause: pauseOptions,
  promote: promoteOptions,
  clear: clearOptions,
  move: moveOptions,
  inspect: inspectOptions,
  'queue limit': queueLimitOptions,
  'actor list': actorListOptions,
  'key list': keyListOptions,
  'key limit': keyLimitOptions,
  'redis engine': redisEngineOptions,
  worker: workerOptions,
  subscribe: subscribeOptions,
  handler: handlerOptions,
  batch: batchOptions,
  middleware: middlewareOptions,
  supervisor: supervisorOptions,
  dashboard: dashboardOptions,
};

const rows = (options) => options.rows();
const entry = (name, doc, { table, options }) => ({ name, doc, table, rows: rows(options) });
const shared = { name: 'SharedOptions', table: 'brokerOptionTable', rows: defineOptions(brokerOptionTable).rows() };
const textLimits = { name: 'TextLimitOptions', table: 'textLimitTable', rows: defineOptions(textLimitTable).rows() };
const travelling = {
  name: 'TravellingOptions',
  table: 'travellingOptionTable',
  rows: defineOptions(travellingOptionTable).rows(),
};
const filter = { name: 'DeadLetterFilter', table: 'filterTable', rows: rows(deadLetterFilter) };
const mounted = { name: 'DashboardHandlerOptions', table: 'handlerTable', rows: rows(dashboardHandlerOptions) };

/** What is public of the tables, by the files that hold them; with `bases`, the options that other interfaces have are left to these. */
const interfaces = {
  'packages/core/src/engine/broker-options.ts': [
    { ...shared, doc: 'What producers and workers may be told of the server and of what it remembers.' },
  ],
  'packages/core/src/engine/redis/redis-engine.ts': [
    {
      name: 'RedisEngineOptions',
      doc: 'What `redisEngine` takes.',
      table: 'redisEngineTable',
      rows: rows(redisEngineOptions),
    },
  ],
  'packages/core/src/fleet/connect-fleet.ts': [
    { name: 'FleetOptions', doc: 'What {@link connectFleet} takes.', table: 'fleetTable', rows: rows(fleetOptions) },
  ],
  'packages/core/src/foreign-text/text-limits.ts': [{ ...textLimits, doc: 'How much is kept of what handlers say.' }],
  'packages/core/src/producer/producer-options.ts': [
    {
      name: 'ProducerOptions',
      doc: 'What {@link Producer.connect} takes.',
      table: 'producerTable',
      rows: rows(producerOptions),
      bases: [shared],
    },
    {
      name: 'SendOptions',
      doc: 'What {@link Producer.send} takes besides the payload.',
      table: 'sendTable',
      rows: rows(sendOptions),
    },
    {
      name: 'CancelOptions',
      doc: 'What {@link Producer.cancel} takes besides the job and its id.',
      table: 'cancelTable',
      rows: rows(cancelOptions),
    },
    entry('ResultOptions', 'What {@link Receipt.result} takes.', { table: 'resultTable', options: resultOptions }),
  ],
  'packages/worker/src/worker/subscription.ts': [
    entry('SubscribeOptions', 'What {@link subscribe} takes behind its handler.', {
      table: 'subscribeTable',
      options: subscribeOptions,
    }),
  ],
  'packages/core/src/producer/call-options.ts': [
    entry('CallOptions', 'What {@link Producer.call} takes besides the payload.', {
      table: 'callTable',
      options: callOptions,
    }),
  ],
  'packages/core/src/routing/publish-options.ts': [
    {
      name: 'PublishOptions',
      doc: 'What {@link Producer.publish} takes besides the payload.',
      table: 'publishTable',
      rows: rows(publishOptions),
    },
  ],
  'packages/core/src/schedules/backfill.ts': [
    {
      name: 'BackfillOptions',
      doc: 'What {@link Schedules.backfill} takes besides the name.',
      table: 'backfillTable',
      rows: rows(backfillOptions),
    },
  ],
  'packages/core/src/schedules/schedule-options.ts': [
    {
      name: 'ScheduleOptions',
      doc: 'What {@link Producer.schedule} takes besides the job and its payload: when it runs, and how each run is sent.',
      table: 'scheduleTable',
      rows: rows(scheduleOptions),
    },
    {
      name: 'ScheduleListOptions',
      doc: 'What {@link Schedules.list} takes.',
      table: 'scheduleListTable',
      rows: rows(scheduleListOptions),
    },
    {
      name: 'UpcomingOptions',
      doc: 'What {@link Schedules.upcoming} takes besides the name.',
      table: 'upcomingTable',
      rows: rows(upcomingOptions),
    },
  ],
  'packages/core/src/events/events-options.ts': [
    entry('EventsOptions', 'What {@link Events.connect} takes.', { table: 'eventsTable', options: eventsOptions }),
  ],
  'packages/core/src/operator/operator-options.ts': [
    {
      name: 'OperatorOptions',
      doc: 'What {@link Operator.connect} takes.',
      table: 'operatorTable',
      rows: rows(operatorOptions),
    },
    entry('JobListOptions', 'What {@link Operator.jobs} takes.', { table: 'listTable', options: jobListOptions }),
    {
      name: 'PauseOptions',
      doc: 'What {@link Operator.pause} takes besides the queue.',
      table: 'pauseTable',
      rows: rows(pauseOptions),
    },
    {
      name: 'PromoteOptions',
      doc: 'What {@link Operator.promoteAll} takes besides the queue.',
      table: 'promoteTable',
      rows: rows(promoteOptions),
    },
    {
      name: 'ClearOptions',
      doc: 'What {@link Operator.clear} takes besides the queue.',
      table: 'clearTable',
      rows: rows(clearOptions),
    },
    {
      name: 'MoveOptions',
      doc: 'What {@link Operator.moveAll} takes besides the queues.',
      table: 'moveTable',
      rows: rows(moveOptions),
    },
    entry('InspectOptions', 'What {@link Operator.inspect} takes.', { table: 'inspectTable', options: inspectOptions }),
  ],
  'packages/core/src/operator/limits.ts': [
    {
      name: 'QueueLimitOptions',
      doc: 'What {@link Operator.limit} takes.',
      table: 'queueLimitTable',
      rows: rows(queueLimitOptions),
    },
  ],
  'packages/core/src/actors/actors.ts': [
    entry('ActorListOptions', 'What {@link Actors.list} takes.', { table: 'listTable', options: actorListOptions }),
  ],
  'packages/core/src/operator/keys.ts': [
    { name: 'KeyListOptions', doc: 'What {@link Keys.list} takes.', table: 'listTable', rows: rows(keyListOptions) },
    {
      name: 'KeyLimitOptions',
      doc: 'What {@link Keys.limit} and {@link Keys.limitAll} take.',
      table: 'limitTable',
      rows: rows(keyLimitOptions),
    },
  ],
  'packages/core/src/dead-letters/dead-letter-options.ts': [
    { ...filter, doc: 'What a dead letter must be like; an empty filter takes all.' },
    {
      name: 'DeadLetterListOptions',
      doc: 'What {@link DeadLetters.list} takes.',
      table: 'listTable',
      rows: rows(deadLetterListOptions),
      bases: [filter],
    },
    {
      name: 'RedriveOptions',
      doc: 'What {@link DeadLetters.redrive} takes besides the id.',
      table: 'redriveTable',
      rows: rows(redriveOptions),
    },
    {
      name: 'DeadLetterBulkOptions',
      doc: 'What {@link DeadLetters.redriveAll} and {@link DeadLetters.purgeAll} take.',
      table: 'bulkTable',
      rows: rows(deadLetterBulkOptions),
      bases: [filter],
    },
  ],
  'packages/dashboard/src/dashboard-options.ts': [
    { ...mounted, doc: 'What {@link dashboardHandler} takes.' },
    {
      name: 'DashboardOptions',
      doc: 'What {@link Dashboard.start} takes.',
      table: 'dashboardTable',
      rows: rows(dashboardOptions),
      bases: [mounted],
    },
  ],
  'packages/worker/src/worker/worker-options.ts': [
    {
      ...travelling,
      doc: 'The options of a worker that can be given to another process: plain values.',
      bases: [shared, textLimits],
    },
    {
      name: 'WorkerOptions',
      doc: 'What {@link Worker.start} takes.',
      table: 'workerTable',
      rows: rows(workerOptions),
      bases: [travelling],
    },
  ],
  'packages/cli/src/supervisor/supervisor-options.ts': [
    {
      name: 'SupervisorOptions',
      doc: 'What {@link Supervisor.start} takes.',
      table: 'supervisorTable',
      rows: rows(supervisorOptions),
      bases: [travelling],
    },
  ],
};

const tablesOfPage = Object.entries(tables).map(([name, options]) => ({
  page: 'docs/options.md',
  name: `${name} options`,
  content: [
    '| option | type | default | bounds | what it is |',
    '|---|---|---|---|---|',
    ...options.rows().map(optionRow),
  ].join('\n'),
}));

const style = await resolveConfig(fileURLToPath(import.meta.url));
const code = (of) => format(optionInterface(of), { ...style, parser: 'typescript' });
const codeOfFiles = await Promise.all(
  Object.entries(interfaces).flatMap(([page, all]) =>
    all.map(async (of) => ({ page, name: of.name, content: await code(of) })),
  ),
);

writeParts([...tablesOfPage, ...codeOfFiles], 'npm run options');
