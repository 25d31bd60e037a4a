import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { openTrial } from './dashboard-trial.js';

describe('docs/dashboard.md', () => {
  it('names every route with what it needs', async () => {
    const page = await readFile(new URL('../../../docs/dashboard.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z]+ \/\S*)` \| (\w+) \|$/gm)].map(
      ([, route, needs]) => `${route} ${needs}`,
    );
    await using trial = await openTrial();
    const routes = trial.routes.map(({ method, path, needs }) => `${method} ${path} ${needs}`);
    expect(rows).to.have.members(routes);
  });
});
