// Compares what a package declares with what the text of its license says.
import parse, { type Info } from 'spdx-expression-parse';

/** `unclear`: one side says nothing that can be compared. */
export type Agreement = 'agrees' | 'differs' | 'unclear';

/** A declared expression agrees with a text when one of the licenses it names is there. */
export function agreement(declared: string | null, found: readonly string[]): Agreement {
  const named = declared === null ? [] : namesIn(declared);
  if (named.length === 0 || found.length === 0) return 'unclear';
  return named.map(family).some((name) => found.map(family).includes(name)) ? 'agrees' : 'differs';
}

function namesIn(expression: string): readonly string[] {
  try {
    return leaves(parse(expression));
  } catch {
    // "SEE LICENSE IN …", "UNLICENSED", or words of somebody's own.
    return [];
  }
}

function leaves(info: Info): readonly string[] {
  return 'license' in info ? [info.license] : [...leaves(info.left), ...leaves(info.right)];
}

/** The GNU licenses' text is the same whether later versions are allowed or not. */
function family(license: string): string {
  return license.replace(/(-only|-or-later)$/, '');
}
