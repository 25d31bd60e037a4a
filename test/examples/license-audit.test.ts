import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeProject, oddName, type AuditedProject } from './audited-project.js';
import { ExampleProcess, runExample, type ExampleEnd } from './example-process.js';

const program = 'license-audit/main.js';

interface ReadReport {
  readonly packages: readonly Readonly<Record<string, unknown>>[];
  readonly deadLetters: readonly Readonly<Record<string, unknown>>[];
  readonly run: { readonly kills: number; readonly redelivered: number };
}

const reportIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as ReadReport;
const pageIn = (folder: string) => readFile(join(folder, 'report.html'), 'utf8');
const withoutRun = (report: ReadReport) => ({ ...report, run: undefined });

describe('the license audit', function () {
  this.timeout(90_000);
  let project: AuditedProject;
  let end: ExampleEnd;
  let report: ReadReport;

  before(async () => {
    project = await makeProject();
    end = await runExample(program, [project.folder, '--once'], project.folder);
    report = await reportIn(project.folder);
  });
  after(() => project[Symbol.asyncDispose]());

  const found = (name: string) => report.packages.find((each) => each['name'] === name);

  it('accounts for every job in its last line', () => {
    expect(end.stdout.trimEnd().split('\n').at(-1)).to.equal('13 sent, 12 acked, 1 dead-lettered, 0 redelivered');
  });

  it('ends well though a package is broken', () => {
    expect(end).to.include({ status: 0, stderr: '' });
  });

  it('goes on when nobody reads its output any more, as below `head`', async () => {
    await using another = await makeProject();
    const process = new ExampleProcess(program, [another.folder, '--once'], another.folder);
    await process.printed('Auditing');
    process.stopReading();
    expect(await process.ended()).to.include({ status: 0 });
    expect((await reportIn(another.folder)).packages).to.have.length(6);
  });

  it('finds scoped, nested and linked packages, each once', () => {
    const names = report.packages.map(({ name }) => name);
    expect(names).to.have.members(['@scope/outer', 'inner', 'mistaken', 'own', 'plain', oddName]);
  });

  it('names the broken package and what is wrong with it', () => {
    expect(report.deadLetters).to.have.length(1);
    expect(report.deadLetters[0]).to.include({ job: 'scan-package', path: 'node_modules/broken' });
    expect(report.deadLetters[0]?.['reason']).to.match(/^package\.json is not JSON: /);
  });

  it('takes the license from the text, and says where the declaration differs', () => {
    expect(found('mistaken')).to.deep.include({ licenses: ['GPL-3.0'], category: 'copyleft', agreement: 'differs' });
  });

  it('agrees with a declaration that its text confirms', () => {
    expect(found('plain')).to.deep.include({ licenses: ['MIT'], category: 'permissive', agreement: 'agrees' });
  });

  it('calls a license unknown when there is no text', () => {
    expect(found('@scope/outer')).to.deep.include({ declared: 'Apache-2.0', licenses: [], category: 'unknown' });
  });

  it('escapes in its page what packages say', async () => {
    const page = await pageIn(project.folder);
    expect(page).to.include('ünï-&#60;img').and.not.include('<img');
    expect(page).to.include('&#60;script&#62;').and.not.include('<script');
  });

  it('reports the same while its workers are killed', async () => {
    const out = join(project.folder, 'killed');
    const killed = await runExample(program, [project.folder, '--once', '--kill', '--out', out], project.folder);
    const killedReport = await reportIn(out);
    const { run } = killedReport;
    expect(withoutRun(killedReport)).to.deep.equal(withoutRun(report));
    expect(run.kills).to.be.at.least(5);
    // On a busy machine every kill may hit a worker that holds nothing yet.
    expect(run.redelivered).to.be.at.least(0);
    expect(killed.stdout).to.match(
      new RegExp(`\\n13 sent, 12 acked, 1 dead-lettered, ${run.redelivered} redelivered\\n$`),
    );
  });

  it('stops in order when it is interrupted', async () => {
    const running = new ExampleProcess(program, [project.folder, '--kill', '--out', 'nowhere'], project.folder);
    await running.printed('Auditing 7 packages');
    running.signal('SIGINT');
    expect(await running.ended()).to.deep.include({ status: 130, stderr: `${interrupted}\n` });
  });

  it('takes its workers and its server along when it is killed', async () => {
    await using abandoned = await makeProject();
    const running = new ExampleProcess(program, [abandoned.folder, '--kill'], abandoned.folder);
    await running.printed('Auditing 7 packages');
    running.signal('SIGKILL');
    await running.ended();
    await serverEnds(await onlyRunFolder(abandoned.folder));
  });

  it('refuses what it does not know, with the way to what it does', async () => {
    const refused = await runExample(program, ['--fast'], project.folder);
    expect(refused.status).to.equal(2);
    expect(refused.stderr).to.include("'--fast'").and.include('--help');
  });

  it('refuses a number of consumers that it cannot share between two queues', async () => {
    const refused = await runExample(program, ['--consumers', '1'], project.folder);
    expect(refused).to.include({ status: 2 });
    expect(refused.stderr).to.include('expected --consumers to be a number from 2 to 1000, got "1"');
  });

  it('says so when nothing is installed', async () => {
    const refused = await runExample(program, [join(project.folder, 'own')], project.folder);
    expect(refused).to.include({ status: 2 });
    expect(refused.stderr).to.include(join(project.folder, 'own', 'node_modules'));
  });

  it('explains itself', async () => {
    const help = await runExample(program, ['--help'], project.folder);
    expect(help).to.include({ status: 0 });
    expect(help.stdout).to.include('--kill').and.include('--out');
  });
});

async function onlyRunFolder(folder: string): Promise<string> {
  const runs = (await readdir(folder)).filter((name) => name.startsWith('acktor-audit-'));
  expect(runs).to.have.length(1);
  return join(folder, runs[0] ?? '');
}

/** The last of its processes to leave ends the server and removes its note. */
async function serverEnds(runFolder: string): Promise<void> {
  const home = join(runFolder, '.acktor', 'redis');
  const watcher = watch(home);
  for (;;) {
    const changed = once(watcher, 'change');
    if (!(await readdir(home)).includes('server.json')) break;
    await changed;
  }
  watcher.close();
}

const interrupted = 'interrupted: the workers have finished what they held, and no report was made';
