// `npm run commands`: writes what each command says of itself into docs/cli.md; with `-- --check` it says whether it is there.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commandPaths } from '../packages/cli/dist/program.js';
import { writeParts } from './pages/generated-part.mjs';

const program = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));

const parts = commandPaths().map((path) => ({
  page: 'docs/cli.md',
  name: ['acktor', ...path].join(' '),
  content: `\`\`\`text\n${helpOf(path)}\n\`\`\``,
}));

writeParts(parts, 'npm run commands');

function helpOf(path) {
  const { stdout, status, stderr } = spawnSync(process.execPath, [program, ...path, '--help'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`expected the help of acktor ${path.join(' ')}, got ${stderr}`);
  return stdout.trim();
}
