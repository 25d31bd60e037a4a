// The two jobs of an audit: the contracts between the program that sends them and the workers that handle them.
import { createHash } from 'node:crypto';
import { job } from '@acktor/core';
import { z } from 'zod';

/**
 * Where an installed package lies: the project's folder, and the package's own from there. `round` is 0 in the audit, and
 * counts on when a package is audited again.
 */
const place = { project: z.string(), path: z.string(), round: z.int().nonnegative() };

/** Reads all of one installed package. Its handler sends the package's {@link classifyLicense}. */
export const scanPackage = job('scan-package', {
  queue: 'scan',
  data: z.object({ ...place, paceMs: z.int().nonnegative() }),
  result: z.object({
    name: z.string(),
    version: z.string(),
    files: z.int(),
    sizeBytes: z.int(),
    sha256: z.string(),
    /** What package.json says, in one SPDX-like expression; null when it says nothing. */
    declared: z.string().nullable(),
    licenseFiles: z.array(z.string()),
    tookMs: z.number(),
  }),
  attempts: 3,
  backoff: { type: 'fixed', delayMs: 200 },
});

/** Says which licenses the texts in a package's license files are. */
export const classifyLicense = job('classify-license', {
  queue: 'classify',
  data: z.object({ ...place, licenseFiles: z.array(z.string()) }),
  result: z.object({
    licenses: z.array(z.string()),
    category: z.enum(['permissive', 'weak copyleft', 'copyleft', 'unknown']),
  }),
  attempts: 3,
  backoff: { type: 'fixed', delayMs: 200 },
});

/**
 * The id of a package's job: the same however often it is sent in a round, so that sending again adds nothing. It begins with
 * the package's name, for people.
 */
export function idFor({ path, round }: { readonly path: string; readonly round: number }): string {
  const [name = ''] = path.split('node_modules/').slice(-1);
  const words = name.replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '').slice(0, 40);
  const mark = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return `${words}-${mark}${round === 0 ? '' : `-${round}`}`;
}
