// `npm run clean`: removes what a build makes, and nothing else.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));

for (const project of [...packages, 'packages/dashboard/web', 'test', 'test/chaos', 'bench']) {
  rmSync(join(root, project, 'dist'), { recursive: true, force: true });
  rmSync(join(root, project, 'tsconfig.tsbuildinfo'), { force: true });
}
rmSync(join(root, 'packages/core/src/engine/redis/bullmq/scripts/built-scripts.ts'), { force: true });
for (const step of ['build', 'page']) rmSync(join(root, 'node_modules', `.acktor-${step}-stamp`), { force: true });
