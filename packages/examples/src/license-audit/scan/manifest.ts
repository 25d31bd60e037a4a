// Reads a package.json, of which an installed one may still be anything.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What an audit reads of a package.json. The license fields are as they were found. */
export type Manifest = z.infer<typeof manifest>;

/** A package.json that is not one. The message says what is wrong with it. */
export class ManifestError extends Error {}

/** @throws ManifestError when the file is no JSON object with a name. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const { data, error } = manifest.safeParse(parse(text));
  if (error) throw new ManifestError(`package.json is not a package's: ${describe(error)}`);
  return data;
}

const manifest = z.object({
  name: z.string(),
  // The packages of a workspace often have none.
  version: z.string().default(''),
  license: z.unknown().optional(),
  licence: z.unknown().optional(),
  licenses: z.unknown().optional(),
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ManifestError(`package.json is not JSON: ${(error as SyntaxError).message}`);
  }
}

function describe({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`).join('; ');
}
