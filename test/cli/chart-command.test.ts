import { chartOf, machineJson, mermaid, svg } from '@acktor/chart';
import { consumerMachine, workerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { acktor, commandFile } from './command.js';

const machines = fileURLToPath(new URL('../dist/worker/worker.machine.js', `file://${commandFile}`));

describe('acktor chart', () => {
  it('prints a picture, whole or folded', async () => {
    expect((await acktor('chart', '-f', 'svg')).stdout).to.equal(await svg(chartOf(consumerMachine)));
    const { stdout } = await acktor('chart', '-f', 'svg', '--folded');
    expect(stdout).to.equal(await svg(chartOf(consumerMachine), { open: [] }));
  });

  it('prints the machine that a file exports, with its name or as the only one', async () => {
    const { code, stdout } = await acktor('chart', `${machines}#workerMachine`, '-f', 'json');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: machineJson(workerMachine) });
    expect((await acktor('chart', machines)).stdout).to.equal(mermaid(chartOf(workerMachine)));
  });

  it('says what there is when the name means nothing', async () => {
    const wrong = await acktor('chart', `${machines}#other`);
    expect(wrong).to.include({ code: 2, stdout: '' });
    expect(wrong.stderr).to.contain('it has workerMachine');
    const several = await acktor('chart', fileURLToPath(new URL('../dist/index.js', `file://${commandFile}`)));
    expect(several).to.include({ code: 2, stdout: '' });
    expect(several.stderr).to.contain('FILE#export').and.contain('consumerMachine');
  });
});
