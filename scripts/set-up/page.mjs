// The third step: the dashboard's page, bundled for the browser. Its types were checked with all others.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { hashOfTree, isStamped, writeStamp } from './stamp.mjs';
import { timed } from './log.mjs';

const stampOf = (root) => join(root, 'node_modules', '.acktor-page-stamp');

/** What the bundle is made of: the page, the shapes that it shares with the server, and the libraries. */
const sources = ['packages/dashboard/web', 'packages/dashboard/src/protocol', 'package-lock.json'];
const sourcesHash = (root) => hashOfTree(root, sources, /./);

export function isPageBuilt(root) {
  return (
    existsSync(join(root, 'packages/dashboard/dist/web/index.html')) && isStamped(stampOf(root), sourcesHash(root))
  );
}

export async function buildPage(root) {
  const hash = sourcesHash(root);
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const web = join(root, 'packages', 'dashboard', 'web');
  await timed('building the dashboard’s page', () =>
    run([process.execPath, vite, 'build', '--config', join(web, 'vite.config.mjs')], {
      cwd: root,
      advice: 'Mend what is named above, then try again.',
    }),
  );
  writeStamp(stampOf(root), hash);
}
