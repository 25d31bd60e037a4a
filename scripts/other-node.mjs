// `npm run test:node22`: on another major version of Node, which npm brings as a plain package (an executable in a tarball, with nothing to
// run or fetch at install), the suites whose outcome a version of Node can change. `node scripts/other-node.mjs 24` runs them on Node 24,
// with `--whole` the whole suite, and with files or folders those.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * What rests on Node itself: processes, threads, signals, sockets, streams and TLS; modules and how they are loaded; timers and the loop;
 * JSON, texts, errors' words and time zones. Left out is what rests on the server (its scripts, clusters and failovers, operators' calls),
 * what looks at this repository (imports, pages, options, charts), and models.
 */
const RESTS_ON_NODE = [
  'channel',
  'chart-walk',
  'cli/acktor',
  'cli/durations',
  'cli/progress',
  'cli/table',
  'cli/usage',
  'cli/work',
  'cli/work-settings',
  'consumer',
  'contract',
  'dashboard',
  'delivery',
  'engines',
  'events',
  'examples',
  'fleet/watching',
  'foreign-text',
  'handler',
  'heartbeat',
  'hostile',
  'metrics',
  'middleware',
  'presence',
  'producer',
  'readme',
  'redis',
  'schedules/calendar',
  'schedules/producer',
  'server',
  'set-up',
  'start',
  'supervisor/restart-intensity',
  'supervisor/signals',
  'supervisor/supervisor',
  'tls/tls',
  'tracing',
  'versions',
  'worker',
];

const root = fileURLToPath(new URL('..', import.meta.url));
const [version = '22', ...args] = process.argv.slice(2);
const wanted = `node-${process.platform}-${process.arch}@${version}`;

const npmPath = process.env.npm_execpath;
const npm = npmPath?.endsWith('.js') ? [process.execPath, npmPath] : ['npm'];
const [command, ...first] = [...npm, 'exec', '--yes', `--package=${wanted}`, '--', 'node', 'scripts/test.mjs'];

const { status } = spawnSync(command, [...first, ...chosen()], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;

function chosen() {
  const options = args.filter((arg) => arg !== '--whole');
  if (args.includes('--whole') || args.some((arg) => arg.startsWith('test/'))) return options;
  return ['--lanes', ...RESTS_ON_NODE.map((name) => `test/${name}${name.includes('/') ? '.test.ts' : ''}`), ...options];
}
