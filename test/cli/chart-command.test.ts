import { chartOf, machineJson, mermaid, svg } from '@acktor/chart';
import { supervisorMachine } from '@acktor/cli';
import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { acktor, commandFile } from './command.js';

const machines = fileURLToPath(new URL('../dist/supervisor/supervisor.machine.js', `file://${commandFile}`));

describe('acktor chart', function () {
  this.timeout(60_000);

  it('prints a picture, whole or folded', async () => {
    expect((await acktor('chart', '-f', 'svg')).stdout).to.equal(await svg(chartOf(consumerMachine)));
    const { stdout } = await acktor('chart', '-f', 'svg', '--folded');
    expect(stdout).to.equal(await svg(chartOf(consumerMachine), { open: [] }));
  });

  it('prints the machine that a file exports, with its name or as the only one', async () => {
    const { code, stdout } = await acktor('chart', `${machines}#supervisorMachine`, '-f', 'json');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: machineJson(supervisorMachine) });
    expect((await acktor('chart', machines)).stdout).to.equal(mermaid(chartOf(supervisorMachine)));
  });

  it('says what there is when the name means nothing', async () => {
    const wrong = await acktor('chart', `${machines}#other`);
    expect(wrong).to.include({ code: 2, stdout: '' });
    expect(wrong.stderr).to.contain('it has supervisorMachine');
    const several = await acktor('chart', fileURLToPath(new URL('../dist/index.js', `file://${commandFile}`)));
    expect(several).to.include({ code: 2, stdout: '' });
    expect(several.stderr).to.contain('FILE#export').and.contain('workerProcessMachine');
  });
});
