// `npm run test:node22`: the same suite on another major version of Node, which npm brings as a plain package: an
// executable in a tarball, with nothing to run or fetch at install. `node scripts/other-node.mjs 24` runs it on Node 24.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [version = '22', ...args] = process.argv.slice(2);
const wanted = `node-${process.platform}-${process.arch}@${version}`;

const npmPath = process.env.npm_execpath;
const npm = npmPath?.endsWith('.js') ? [process.execPath, npmPath] : ['npm'];
const [command, ...first] = [...npm, 'exec', '--yes', `--package=${wanted}`, '--', 'node', 'scripts/test.mjs', ...args];

const { status } = spawnSync(command, first, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
