// Tokens for roles: whoever shows one gets its role; whoever guesses is stopped.
import { RequestError } from '../errors.js';
import type { Role } from '../protocol/requests.js';
import { AttemptCount } from './attempt-count.js';
import { equalTexts } from './equal-texts.js';

/** The token of each role; a role without one cannot be had. */
export type Tokens = Readonly<Partial<Record<Role, string | undefined>>>;

export class TokenDesk {
  readonly #tokens: Tokens;
  // By address, and all together: addresses are cheap in IPv6, and all the same behind a proxy that is not known as one.
  readonly #attempts = new AttemptCount({ mostOfOne: 10, mostOfAll: 300, spanMs: 60_000 });

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /**
   * The role of a token. It is counted before it is compared, in one step that nothing comes between: so of a thousand that
   * arrive at once only ten are compared.
   *
   * @param from the address it came from.
   * @throws RequestError ACKTOR_WRONG_TOKEN; ACKTOR_TOO_MANY_TOKENS after ten wrong ones a minute, or 300 from everywhere,
   * even for a right one.
   */
  roleOf(token: string, from: string): Role {
    if (!this.#attempts.begin(from, Date.now())) throw tooMany();
    const role = this.#match(token);
    if (role === undefined)
      throw new RequestError(401, 'ACKTOR_WRONG_TOKEN', 'expected a token of this dashboard, got another');
    this.#attempts.takeBack(from);
    return role;
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
