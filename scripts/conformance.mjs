// `npm run conformance`: runs the scenarios of test/conformance on Acktor with Redis, on Acktor in memory and on RabbitMQ, prints every verdict, and
// writes their table into docs/from-rabbitmq.md; with `-- --check` it says whether it is there. With `--grep` the scenarios alone are run.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeParts } from './pages/generated-part.mjs';

const PAGE = 'docs/from-rabbitmq.md';
const DRIVERS = ['RabbitMQ', 'Acktor on Redis', 'Acktor in memory'];
const WORDS = { same: 'as documented', differs: 'differs', notJudged: 'not judged' };

const folder = mkdtempSync(join(tmpdir(), 'acktor-conformance-'));
const file = join(folder, 'verdicts.json');
const args = process.argv.slice(2).filter((arg) => arg !== '--check');
const { status } = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('test.mjs', import.meta.url)), 'test/conformance', ...args],
  { stdio: 'inherit', env: { ...process.env, ACKTOR_CONFORMANCE: 'rabbitmq', ACKTOR_CONFORMANCE_VERDICTS: file } },
);
process.exitCode = status ?? 1;
if (status === 0 && args.length === 0) {
  const content = tableOf(JSON.parse(readFileSync(file, 'utf8')));
  process.stdout.write(`\n${content}\n`);
  writeParts([{ page: PAGE, name: 'verdicts', content }], 'npm run conformance');
}
rmSync(folder, { recursive: true, force: true });

function tableOf({ rows, verdicts }) {
  const lines = rows.map(({ name, why, notJudged }) => {
    const words = DRIVERS.map((driver) => WORDS[verdicts[driver]?.[name]] ?? 'not tried');
    const note = [why, notJudged && `${notJudged.by.join(', ')}: ${notJudged.why}`].filter(Boolean).join('. ');
    return `| ${[name, ...words, note].map((cell) => cell.replaceAll('|', '\\|').replaceAll('*', '\\*')).join(' | ')} |`;
  });
  const judged = `${rows.length} scenarios; RabbitMQ is Debian's, 3.10.`;
  return [judged, '', `| scenario | ${DRIVERS.join(' | ')} | why |`, '|---|---|---|---|---|', ...lines].join('\n');
}
