import { providerIdOf } from '@annals/auth';
import { Problem } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { actingOn } from '@annals/service';
import { credentials } from '../credential/credential.js';
import { addresseeOf } from '../email/address-of.js';
import type { Identity } from '../identity.js';
import { link } from '../provider/link-identity.js';
import { mayAct, users } from '../user/user.js';
import type { IdentityProviderPort } from './identity-provider.js';

/**
 * Invites somebody whom an administrator made known to the identity provider instead of to a password here: they are made
 * known there and linked, so that the first token they bring is theirs.
 * @returns a link under which they choose a password there, for the mail to their address; null for who comes in by our own
 *   invitation: strangers, people with a way to sign in here, and whose identity there is somebody else's here
 */
export async function inviteThere(
  identity: Identity,
  idp: IdentityProviderPort,
  event: StoredEvent,
  userId: string,
): Promise<string | null> {
  const { store, secrets, issuers } = identity;
  const [{ state: user }, { state: credential }, person] = await Promise.all([
    store.load(users, userId),
    store.load(credentials, userId),
    addresseeOf(store, userId),
  ]);
  const hasOwnWay = credential.has_password || credential.passkeys.length > 0;
  if (!mayAct(user) || user.managed_by === null || hasOwnWay || !person) return null;
  const issuer = issuers.find(idp.issuer);
  if (!issuer) return null;
  const subject = await idp.createUser({ user_id: userId, ...person });
  const linked = await link(identity, actingOn(event, 'svc:identity', userId), {
    ...{ provider_hash: secrets.providerHash(idp.issuer, subject), user_id: userId },
    ...{ issuer: idp.issuer, provider: issuer.provider, provider_id: providerIdOf(issuer, subject) },
    ...{ reason: 'invited' as const, linked_at: event.metadata.occurred_at },
  }).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'provider-linked-elsewhere') return null;
    throw error;
  });
  return linked && idp.inviteUser(subject);
}
