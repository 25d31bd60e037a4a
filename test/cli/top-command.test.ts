import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { FleetTrial } from '../fleet/fleet-trial.js';
import { Heard } from '../signals/heard.js';
import { acktor, commandFile } from './command.js';

describe('acktor top', () => {
  let open: FleetTrial;
  beforeEach(async () => {
    open = await FleetTrial.open();
    await open.child('measures', { consumers: 3 });
  });
  afterEach(() => open[Symbol.asyncDispose]());

  const place = () => ['-r', open.trial.url, '--namespace', open.trial.namespace];

  it('prints one page where nobody sits at a terminal', async () => {
    const { code, stdout } = await acktor('top', ...place());
    expect(code).to.equal(0);
    expect(stdout)
      .to.contain('1 process · 3 consumers · 3 idle')
      .and.match(/notes +3 +0/);
  });

  it('prints a line of JSON for all that it is told, until it is interrupted', async () => {
    const child = spawn(process.execPath, [commandFile, 'top', '--json', ...place()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = new Heard<{ readonly type: string }>();
    createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as { readonly type: string }));
    await lines.first(({ type }) => type === 'frame');
    expect(lines.all[0]).to.have.property('type', 'report');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).to.deep.equal([0, null]);
  });
});
