// Tokens for roles: whoever shows one gets its role; whoever guesses is stopped.
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { RequestError } from '../errors.js';
import type { Role } from '../protocol/requests.js';
import { equalTexts } from './equal-texts.js';

/** The token of each role; a role without one cannot be had. */
export type Tokens = Readonly<Partial<Record<Role, string | undefined>>>;

export class TokenDesk {
  readonly #tokens: Tokens;
  // By address, and all together: addresses are cheap in IPv6, and all the same behind a proxy.
  readonly #ofOne = new RateLimiterMemory({ points: 10, duration: 60 });
  readonly #ofAll = new RateLimiterMemory({ points: 300, duration: 60 });

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /**
   * The role of a token.
   *
   * @param from the address it came from.
   * @throws RequestError ACKTOR_WRONG_TOKEN; ACKTOR_TOO_MANY_TOKENS after ten wrong ones a minute, or 300 from everywhere,
   * even for a right one.
   */
  async roleOf(token: string, from: string): Promise<Role> {
    if (await this.#isStopped(from)) throw tooMany();
    const role = this.#match(token);
    if (role !== undefined) return role;
    await Promise.allSettled([this.#ofOne.consume(from), this.#ofAll.consume('all')]);
    throw new RequestError(401, 'ACKTOR_WRONG_TOKEN', 'expected a token of this dashboard, got another');
  }

  async #isStopped(from: string): Promise<boolean> {
    const [one, all] = await Promise.all([this.#ofOne.get(from), this.#ofAll.get('all')]);
    return (one?.remainingPoints ?? 1) <= 0 || (all?.remainingPoints ?? 1) <= 0;
  }

  /** Looks at both tokens whatever the first says, so that the time tells nothing. */
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
