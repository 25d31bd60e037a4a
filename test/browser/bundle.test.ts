import { expect } from 'chai';
import { readFile, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const built = new URL('../../../packages/dashboard/dist/web/', import.meta.url);
const mostBytes = 250_000;

describe('the bundle of the page', () => {
  it('is small', async () => {
    const assets = await Promise.all((await readdir(new URL('assets/', built))).map((name) => read(`assets/${name}`)));
    const sizes = assets.map((content) => gzipSync(content).byteLength);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(10_000, mostBytes);
  });

  it('names no other host in its markup, and only relative paths', async () => {
    const markup = (await read('index.html')).toString();
    const paths = [...markup.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path);
    expect(paths).to.have.length.above(1);
    for (const path of paths) expect(path).to.match(/^\.\//);
  });
});

function read(path: string): Promise<Buffer> {
  return readFile(new URL(path, built));
}
