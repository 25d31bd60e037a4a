// What a package.json says of its license, in every form that npm has ever accepted.
import correct from 'spdx-correct';
import type { Manifest } from './manifest.js';

/**
 * One expression, with SPDX names where they can be told; null when nothing is declared.
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
