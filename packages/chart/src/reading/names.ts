// What guards and actions are called, however a definition gives them: by name, as an object, or as a function.

/** `isStopping`; `not isStopping`, `(isStopping or isFull)` for guards made of others. */
export function guardName(guard: unknown): string {
  const parts = partsOf(guard);
  if (parts.length === 0) return nameOf(guard, 'a condition');
  const names = parts.map(guardName);
  // XState calls the functions that `not`, `and` and `or` answer by these very names.
  return nameOf(guard, '') === 'not' ? `not ${names.join(' ')}` : `(${names.join(` ${nameOf(guard, 'and')} `)})`;
}

/** The action's name; `xstate.raise` and the like for XState's own when they are written in place. */
export function actionName(action: unknown): string {
  return nameOf(action, 'an action');
}

function partsOf(guard: unknown): readonly unknown[] {
  return typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards) ? guard.guards : [];
}

function nameOf(value: unknown, nameless: string): string {
  if (typeof value === 'string') return value;
  if (hasType(value)) return value.type;
  return typeof value === 'function' && !PLACES.has(value.name) ? value.name : nameless;
}

/** What a function without a name of its own is called by JavaScript, after the property that it was written into. */
const PLACES = new Set(['', 'guard', 'actions']);

function hasType(value: unknown): value is { readonly type: string } {
  const isNamed = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isNamed && 'type' in value && typeof value.type === 'string';
}
