// Which of BullMQ's scripts run in production: the table of docs/architecture.md says all of them, and nothing else.
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../../', import.meta.url);
const folder = new URL('packages/core/src/engine/redis/bullmq/scripts/', root);

/** BullMQ's scripts that a script of ours has in it, by itself or by what it includes. */
function within(path: string): readonly string[] {
  const text = readFileSync(new URL(path, folder), 'utf8');
  const own = [...text.matchAll(/^ *--- bullmq: (.+)$/gm)].flatMap(([, names = '']) => names.split(' '));
  const included = [...text.matchAll(/^ *--- include: (.+)$/gm)].map(([, name = '']) => `includes/${name}.lua`);
  return [...own, ...included.flatMap(within)];
}

function inProduction(): readonly string[] {
  const ours = readdirSync(folder).filter((file) => file.endsWith('.lua'));
  return [...new Set(ours.flatMap((file) => within(file).map((name) => `${file}: ${name}`)))].toSorted();
}

function inTable(): readonly string[] {
  const page = readFileSync(new URL('docs/architecture.md', root), 'utf8');
  const [, table = ''] =
    /\| BullMQ's script \| run by \| because \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  const rows = table.split('\n').map((line) => line.split('|').slice(1, 3).map(namesIn));
  return [
    ...new Set(
      rows.flatMap(([names = [], files = []]) => files.flatMap((file) => names.map((name) => `${file}: ${name}`))),
    ),
  ].toSorted();
}

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

describe("the table of BullMQ's scripts that run in production", () => {
  it('names each, and which script of ours runs it: a new one is added there with its reason', () => {
    expect(inTable()).to.deep.equal(inProduction());
  });
});
