// The users that docs/connecting.md makes, one for each role.
import { readFile } from 'node:fs/promises';

export const roles = ['producer', 'worker', 'operator'] as const;
export type Role = (typeof roles)[number];

/** The line of the docs that makes the role's user. */
export async function lineOf(role: Role): Promise<string> {
  const page = await readFile('docs/connecting.md', 'utf8');
  const line = page.split('\n').find((each) => each.startsWith(`ACL SETUSER ${role} `));
  if (line === undefined) throw new Error(`expected docs/connecting.md to say how to make the user ${role}`);
  return line;
}
