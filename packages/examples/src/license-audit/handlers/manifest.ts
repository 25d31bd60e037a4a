// Reads a package.json, in which anything may stand, and the license that it declares.
import correct from 'spdx-correct';
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

/**
 * One expression, with SPDX names where they are known; null when nothing is declared.
 *
 * Forms: `"MIT"`, `{ "type": "MIT" }`, a list of either, under `license`, `licence` or `licenses`. A list is a choice.
 */
export function declaredLicense({ license, licence, licenses }: Pick<Manifest, 'license' | 'licence' | 'licenses'>) {
  const names = [license, licence, licenses].flatMap(namesIn).map(spdxName);
  return names.length === 0 ? null : [...new Set(names)].join(' OR ');
}

function namesIn(field: unknown): readonly string[] {
  if (Array.isArray(field)) return field.flatMap(namesIn);
  if (typeof field === 'string') return field.trim() === '' ? [] : [field.trim()];
  if (typeof field !== 'object' || field === null) return [];
  const { type, name, url } = field as Readonly<Record<string, unknown>>;
  return namesIn(type ?? name ?? url);
}

/** An expression, or a pointer to a file, is left as it is: correcting it would only keep a part. Nor is `GPL-2.0` made `-only`. */
function spdxName(name: string): string {
  const isMoreThanAName = /\b(or|and|with|see|unlicensed)\b/i.test(name);
  return isMoreThanAName ? name : (correct(name, { upgrade: false }) ?? name);
}
