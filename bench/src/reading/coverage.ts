// Which of our files run, by V8's precise coverage.
import { Session, type Profiler } from 'node:inspector/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs `work`. Returns the sources of our packages of which a function was called meanwhile, in this thread, as paths from the root. */
export async function filesEntered(work: () => Promise<void>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    // Each take forgets what was counted before it.
    await session.post('Profiler.takePreciseCoverage');
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(isEntered)
      .flatMap(({ url }) => sourceOf(url) ?? [])
      .toSorted();
  } finally {
    session.disconnect();
  }
}

function isEntered({ functions }: Profiler.ScriptCoverage): boolean {
  return functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
}

/** `packages/core/src/…ts` for what was built of it; undefined for what is no package of ours. */
function sourceOf(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  const path = relative(ROOT, fileURLToPath(url)).split(sep).join('/');
  const [, name, rest] = /^packages\/([^/]+)\/dist\/(.+)\.js$/.exec(path) ?? [];
  return name === undefined || rest === undefined ? undefined : `packages/${name}/src/${rest}.ts`;
}
