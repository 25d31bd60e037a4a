export { median, percentile, spread } from './measuring/median.js';
export { compare, type Comparison, type Round } from './measuring/comparison.js';
export { againstTable, buildIn, type AgainstReport } from './against/against.js';
export { comparePairs, isHereFirst, LEAST_SHARE, type Pair } from './against/pairs.js';
export type { Figures, Metric } from './measuring/metric.js';
export { readArguments, type BenchArguments } from './command-line.js';
export { casesNamed } from './cases/cases.js';
export { goals, judge, verdictOn, type Goal } from './report/goals.js';
export { toJson, toTable, type BenchReport } from './report/report.js';
export { joined } from './report/results-file.js';
export { barChart, type BarChart } from './page/bar-chart.js';
export { pageOf } from './page/page.js';
export { replay } from './replay/pipelined-client.js';
export { commandsIn } from './replay/resp.js';
export { acksAtMicros, viewLagsMs } from './view/view-lag.js';
export { BURST, simulate, type Second } from './autoscaling/simulation.js';
export { RabbitMqServer } from './servers/rabbitmq-server.js';
export {
  connect as connectAmqp,
  type ChannelModel as AmqpConnection,
  type ConfirmChannel as AmqpChannel,
} from 'amqplib';
