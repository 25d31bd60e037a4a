// Tokens and the roles that they stand for, and a limit on guesses.
import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from '../errors.js';
import type { Role } from '../protocol/requests.js';

/** The token of each role; a role without a token cannot be signed in to. */
export type Tokens = Readonly<Partial<Record<Role, string | undefined>>>;

export class TokenVerifier {
  readonly #tokens: Tokens;
  // By address, and in all: IPv6 addresses cost nothing, and behind a proxy that is not trusted all people have the same address.
  readonly #attempts = new AttemptLimiter({ mostOfOne: 10, mostOfAll: 300, spanMs: 60_000 });

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /**
   * Returns the role of a token. The token is counted before it is compared, without an await in between: of a thousand that arrive
   * at once only ten are compared.
   *
   * @param from the address that sent it.
   * @throws RequestError ACKTOR_WRONG_TOKEN; ACKTOR_TOO_MANY_TOKENS, also for a right token, after ten wrong ones in a minute from
   * this address, or 300 from all.
   */
  roleOf(token: string, from: string): Role {
    if (!this.#attempts.tryBegin(from, Date.now())) throw tooMany();
    const role = this.#match(token);
    if (role === undefined)
      throw new RequestError(401, 'ACKTOR_WRONG_TOKEN', 'expected a token of this dashboard, got another');
    this.#attempts.refund(from);
    return role;
  }

  /** Compares with both tokens whatever the first result is, so that the time reveals nothing. */
  #match(token: string): Role | undefined {
    const isOf = (role: Role) => equalTexts(token, this.#tokens[role] ?? '') && this.#tokens[role] !== undefined;
    const [isOperator, isViewer] = [isOf('operator'), isOf('viewer')];
    if (isOperator) return 'operator';
    return isViewer ? 'viewer' : undefined;
  }
}

function tooMany(): RequestError {
  return new RequestError(429, 'ACKTOR_TOO_MANY_TOKENS', 'too many wrong tokens: wait a minute, then try again');
}

interface AttemptBounds {
  readonly mostOfOne: number;
  readonly mostOfAll: number;
  readonly spanMs: number;
}

/** Limits how often something is tried within a span, from one address and from all of them. */
class AttemptLimiter {
  readonly #bounds: AttemptBounds;
  /** Holds at most as many addresses as attempts are allowed in two spans: a refused attempt adds none. */
  readonly #ofOne = new Map<string, Span>();
  #ofAll: Span = { count: 0, endsAtMs: 0 };

  constructor(bounds: AttemptBounds) {
    this.#bounds = bounds;
  }

  /** Counts an attempt, and returns whether it may be made. A refused attempt is not counted. */
  tryBegin(from: string, nowMs: number): boolean {
    const { mostOfOne, mostOfAll } = this.#bounds;
    this.#forget(nowMs);
    const [one, all] = [this.#ofOne.get(from) ?? this.#newSpan(nowMs), this.#ofAll];
    if (one.count >= mostOfOne || all.count >= mostOfAll) return false;
    this.#ofOne.set(from, one);
    for (const [span, most] of [
      [one, mostOfOne],
      [all, mostOfAll],
    ] as const)
      this.#count(span, most, nowMs);
    return true;
  }

  /** Called for an attempt that succeeded: it does not count. */
  refund(from: string): void {
    for (const span of [this.#ofOne.get(from), this.#ofAll]) if (span !== undefined && span.count > 0) span.count -= 1;
  }

  #count(span: Span, most: number, nowMs: number): void {
    span.count += 1;
    // After the last allowed attempt a whole span has to pass.
    if (span.count === most) span.endsAtMs = nowMs + this.#bounds.spanMs;
  }

  #forget(nowMs: number): void {
    for (const [from, { endsAtMs }] of this.#ofOne) if (endsAtMs <= nowMs) this.#ofOne.delete(from);
    if (this.#ofAll.endsAtMs <= nowMs) this.#ofAll = this.#newSpan(nowMs);
  }

  #newSpan(nowMs: number): Span {
    return { count: 0, endsAtMs: nowMs + this.#bounds.spanMs };
  }
}

interface Span {
  count: number;
  endsAtMs: number;
}

/** Whether two secrets are the same, in a time that does not depend on how far they are. */
export function equalTexts(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
