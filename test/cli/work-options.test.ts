import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rejection } from '../server/rejection.js';
import { ConfigFileError, NoHandlerFilesError, SettingError, workOptions } from '../cli-inside/inside.js';

describe('the options of acktor work', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-work-'));
    await write('dist/mail.js');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const path = (name: string) => join(folder, name);
  const write = async (name: string, text = '') => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), text);
  };
  type Flags = Parameters<typeof workOptions>[1];
  const optionsOf = (flags: Flags = {}, environment: Record<string, string> = {}, files = ['dist/mail.js']) =>
    workOptions(files, flags, { folder, environment });

  it('take a flag before the environment, the environment before the file, and leave the rest to the defaults', async () => {
    await write('acktor.config.json', '{ "processes": 1, "namespace": "file", "drainMs": 5, "leaseMs": 2000 }');
    const environment = { ACKTOR_PROCESSES: '2', ACKTOR_NAMESPACE: 'environment' };
    expect(await optionsOf({ processes: '3' }, environment)).to.deep.equal({
      processes: 3,
      namespace: 'environment',
      drainMs: 5,
      leaseMs: 2_000,
      files: [path('dist/mail.js')],
    });
  });

  it('refuse a variable that is empty: it was to be filled in', async () => {
    const error = await rejection(optionsOf({}, { ACKTOR_QUEUES: '' }), SettingError);
    expect(error.message).to.equal('expected ACKTOR_QUEUES to be filled in, or not set at all, got ""');
  });

  it('take the embedded server when a flag asks for it, whatever the environment names, and the other way round', async () => {
    expect(await optionsOf({ embedded: true }, { REDIS_URL: 'redis://db' })).not.to.have.property('redis');
    expect(await optionsOf({ redis: 'redis://db' }, { ACKTOR_EMBEDDED: 'yes' })).not.to.have.property('embedded');
  });

  it('read every flag', async () => {
    const flags = {
      processes: '4',
      consumers: ['payments=4', 'mails=50'],
      queues: ['payments,mails', 'calls'],
      redis: 'redis://db:6379',
      drainMs: '1000',
      namespace: 'acme',
      durability: 'warn',
    };
    expect(await optionsOf(flags)).to.deep.equal({
      processes: 4,
      consumers: { payments: 4, mails: 50 },
      queues: ['payments', 'mails', 'calls'],
      redis: 'redis://db:6379',
      drainMs: 1_000,
      namespace: 'acme',
      durability: 'warn',
      files: [path('dist/mail.js')],
    });
  });

  it('read every variable', async () => {
    const environment = {
      ACKTOR_PROCESSES: '4',
      ACKTOR_CONSUMERS: 'payments=4,mails=50',
      ACKTOR_QUEUES: 'payments,mails',
      REDIS_URL: 'redis://db:6379',
      ACKTOR_DRAIN_MS: '1000',
      ACKTOR_NAMESPACE: 'acme',
      ACKTOR_DURABILITY: 'off',
    };
    expect(await optionsOf({}, environment)).to.include({ processes: 4, redis: 'redis://db:6379', durability: 'off' });
    expect(await optionsOf({}, environment)).to.deep.include({ consumers: { payments: 4, mails: 50 } });
  });

  it('take one number of consumers for all queues', async () => {
    expect(await optionsOf({ consumers: ['8'] })).to.include({ consumers: 8 });
  });

  const wrong: readonly (readonly [flags: Flags, environment: Record<string, string>, words: string])[] = [
    [{ processes: 'many' }, {}, 'expected --processes to be a whole number, got "many"'],
    [{}, { ACKTOR_PROCESSES: '-1' }, 'expected ACKTOR_PROCESSES to be a whole number, got "-1"'],
    [{ consumers: ['payments=x'] }, {}, 'expected --consumers to be a whole number, got "x"'],
    [{ consumers: ['8', 'payments=4'] }, {}, 'either one number, or queue=n for each queue'],
  ];
  for (const [flags, environment, words] of wrong) {
    it(`say so: ${words}`, async () => {
      expect((await rejection(optionsOf(flags, environment), SettingError)).message).to.include(words);
    });
  }

  it('find the files of globs, each once, without type declarations, maps and installed packages', async () => {
    for (const name of ['dist/a.js', 'dist/a.d.ts', 'dist/a.js.map', 'dist/in/b.mjs', 'node_modules/x/dist/c.js']) {
      await write(name);
    }
    const { files } = await optionsOf({}, {}, ['dist/a.js', '**/dist/**']);
    expect(files).to.deep.equal(['dist/a.js', 'dist/in/b.mjs', 'dist/mail.js'].map(path));
  });

  it('find the files of a glob that is absolute, wherever the command is run', async () => {
    const elsewhere = { folder: fileURLToPath(new URL('.', import.meta.url)), environment: {} };
    const { files } = await workOptions([path('d*/*.js')], {}, elsewhere);
    expect(files).to.deep.equal([path('dist/mail.js')]);
  });

  it('take a file whose name looks like a glob for that file', async () => {
    await write('dist/[id].js');
    expect(await optionsOf({}, {}, ['dist/[id].js'])).to.deep.include({ files: [path('dist/[id].js')] });
  });

  it('name each pattern that no file is for', async () => {
    const error = await rejection(optionsOf({}, {}, ['dist/mail.js', 'dist/no.js', 'lib/*.js']), NoHandlerFilesError);
    expect(error.patterns).to.deep.equal(['dist/no.js', 'lib/*.js']);
  });

  it('take the files that the configuration names, seen from where it lies', async () => {
    await write('deploy/acktor.config.mjs', "export default { files: ['../dist/*.js'] };");
    const { files } = await optionsOf({ config: 'deploy/acktor.config.mjs' }, {}, []);
    expect(files).to.deep.equal([path('dist/mail.js')]);
  });

  it('take the middleware that the configuration names, seen from where it lies', async () => {
    await write('deploy/acktor.config.mjs', "export default { middleware: ['use.js', '/elsewhere/use.js'] };");
    const { middleware } = await optionsOf({ config: 'deploy/acktor.config.mjs' });
    expect(middleware).to.deep.equal([path('deploy/use.js'), '/elsewhere/use.js']);
  });

  it('take the configuration that ACKTOR_CONFIG names', async () => {
    await write('other.mjs', 'export const config = { leaseMs: 3_000 };');
    expect(await optionsOf({}, { ACKTOR_CONFIG: 'other.mjs' })).to.include({ leaseMs: 3_000 });
  });

  it('leave to the dashboard what a shared configuration says of it', async () => {
    await write('acktor.config.json', '{ "port": 3901, "host": "127.0.0.1", "namespace": "acme" }');
    expect(await optionsOf()).to.deep.equal({ namespace: 'acme', files: [path('dist/mail.js')] });
  });

  it('say, without files anywhere, how to name them', async () => {
    expect((await rejection(optionsOf({}, {}, []), NoHandlerFilesError)).message).to.include('acktor work');
  });

  const broken: readonly (readonly [name: string, text: string | undefined, words: string])[] = [
    ['no-such.json', undefined, 'there is no such file'],
    ['acktor.config.json', '{ files: 1 }', 'it is no JSON'],
    ['acktor.config.mjs', 'throw new Error("too early")', 'it did not load: too early'],
    ['acktor.config.mjs', 'export const settings = {}', 'it holds no object'],
    ['acktor.config.json', '{ "file": ["dist/*.js"] }', 'an unknown option file (did you mean files?)'],
    ['acktor.config.json', '{ "redsi": "redis://db" }', 'an unknown option redsi (did you mean redis?)'],
    ['acktor.config.json', '{ "files": "dist/mail.js" }', "files as an array of paths, such as ['dist/handlers/*.js']"],
  ];
  for (const [name, text, words] of broken) {
    it(`name a configuration file of which ${words}`, async () => {
      if (text !== undefined) await write(name, text);
      const error = await rejection(optionsOf({ config: name }), ConfigFileError);
      expect(error.file).to.equal(path(name));
      expect(error.message).to.include(words);
    });
  }

  it('say, for a TypeScript configuration that Node cannot load, which compiled file to make', async () => {
    await write('acktor.config.ts', 'enum Size { Small }\nexport default { processes: Size.Small };');
    const { message } = await rejection(optionsOf(), ConfigFileError);
    expect(message).to.include('cannot load TypeScript').and.to.include(path('acktor.config.js'));
  });
});
