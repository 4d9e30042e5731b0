import { Problem } from '@annals/contracts';

/** The account a request names, before anybody has looked at memberships. */
export interface AccountSelection {
  accountId: string | null;
  slug: string | null;
  /** The route is about the person alone: without a usable account the context is in none. */
  optional: boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const slugShape = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * Reads the account from the path and the `account-id` header (an id or a slug). What the token says and the only
 * membership come after these two, where memberships are known.
 * @throws Problem 400 `account-id-invalid`; 403 `account-mismatch` when path and header name two ids
 */
export function selectAccount(fromPath: string | null, header: string | undefined, optional = false): AccountSelection {
  const inPath = fromPath?.toLowerCase() ?? null;
  if (header === undefined) return { accountId: inPath, slug: null, optional };
  const named = header.toLowerCase();
  if (uuid.test(named)) {
    if (inPath !== null && inPath !== named) throw accountMismatch();
    return { accountId: named, slug: null, optional };
  }
  if (named.length > 64 || !slugShape.test(named)) {
    throw new Problem(400, 'account-id-invalid', 'account-id is neither the id nor the slug of an account');
  }
  return { accountId: inPath, slug: named, optional };
}

/** Refuses a selection that contradicts the account of the token, where both are ids. */
export function checkAgainstToken(selection: AccountSelection, tokenAccountId: string | null): void {
  if (selection.accountId !== null && tokenAccountId !== null && selection.accountId !== tokenAccountId) {
    throw accountMismatch();
  }
}

const accountMismatch = () =>
  new Problem(403, 'account-mismatch', 'The path, the account-id header and the token name different accounts');
