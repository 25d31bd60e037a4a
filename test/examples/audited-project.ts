// A small installed project with all that an audit may meet.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const mitText =
  'Permission is hereby granted, free of charge, to any person obtaining a copy of this software … ' +
  'The above copyright notice and this permission notice shall be included in all copies.';
export const gplText = 'GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007\n';

/** A name that would run a script in a careless report. */
export const oddName = 'ünï-<img src=x onerror=alert(1)>&"';

export interface AuditedProject extends AsyncDisposable {
  readonly folder: string;
}

export async function makeProject(): Promise<AuditedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'acktor-project-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  await symlink('../own', join(folder, 'node_modules', 'linked'));
  await symlink('../own', join(folder, 'node_modules', 'linked-again'));
  await symlink('..', join(folder, 'node_modules', 'itself'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const files: Readonly<Record<string, unknown>> = {
  'node_modules/plain/package.json': { name: 'plain', version: '1.0.0', license: 'MIT' },
  'node_modules/plain/LICENSE': mitText,
  'node_modules/@scope/outer/package.json': {
    name: '@scope/outer',
    version: '2.0.0',
    licenses: [{ type: 'Apache 2' }],
  },
  'node_modules/@scope/outer/node_modules/inner/package.json': { name: 'inner', version: '3.0.0' },
  'node_modules/mistaken/package.json': { name: 'mistaken', version: '1.0.0', license: 'MIT' },
  'node_modules/mistaken/COPYING': gplText,
  'node_modules/broken/package.json': '{ "name": ',
  [`node_modules/${oddName}/package.json`]: { name: oddName, version: '1.0.0', license: '<script>' },
  'node_modules/.bin/tool': '#!/bin/sh',
  'own/package.json': { name: 'own', version: '0.0.0', license: 'UNLICENSED' },
};
