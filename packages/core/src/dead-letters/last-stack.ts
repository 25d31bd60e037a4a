// The stack of the error that a job was rejected for last.

/** BullMQ keeps the stacks of all attempts, oldest first; other clients may keep anything. */
export function lastStack(stacks: string | undefined): string | undefined {
  try {
    const list: unknown = JSON.parse(stacks ?? '[]');
    const last: unknown = Array.isArray(list) ? list.at(-1) : undefined;
    return typeof last === 'string' ? last : undefined;
  } catch {
    return undefined;
  }
}
