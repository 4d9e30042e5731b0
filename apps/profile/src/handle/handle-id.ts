import { createHmac, hkdfSync } from 'node:crypto';
import { accountStream } from '@annals/event-store';

/** Id of the stream that decides who has a handle in an account. Case makes no difference. */
export type HandleId = (accountId: string, handle: string) => string;

/**
 * Names streams by a keyed hash (HMAC-SHA256 cut to 128 bits), because a handle is personal and names of streams are
 * not sealed. The account is hashed along, so that the same handle in two accounts looks like two.
 * @param lookup the 32 bytes of LOOKUP_SECRET, which never changes
 */
export function handleIds(lookup: Uint8Array): HandleId {
  const key = Buffer.from(hkdfSync('sha256', lookup, 'annals-profile', 'handle-claim', 32));
  return (accountId, handle) => {
    const hash = createHmac('sha256', key).update(`${accountId} ${handle.toLowerCase()}`).digest('hex').slice(0, 32);
    return accountStream(accountId, hash);
  };
}
