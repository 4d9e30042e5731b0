import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '@annals/contracts';
import type { Offer } from './invitation.js';

/** Names one offer. */
export type OfferRef = Pick<Offer, 'account_id' | 'invitation_id' | 'offer_id'>;

const idBytes = 16;
const macBytes = 32;
const fields = ['account_id', 'invitation_id', 'offer_id'] as const;

/**
 * The token of an offer: its ids and a MAC (HMAC-SHA256) of them. It follows from the offer, so a mail sent twice holds
 * the same link, and nothing needs to be kept; whether it may still be used, the invitation's events say.
 */
export function invitationToken(key: Buffer, offer: OfferRef): string {
  const ids = Buffer.concat(fields.map((field) => Buffer.from(offer[field].replaceAll('-', ''), 'hex')));
  return Buffer.concat([ids, macOf(key, ids)]).toString('base64url');
}

/** @throws Problem 400 `invitation-token-invalid` for what was not made here */
export function readInvitationToken(key: Buffer, token: string): OfferRef {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== fields.length * idBytes + macBytes || bytes.toString('base64url') !== token)
    throw invalidToken();
  const ids = bytes.subarray(0, -macBytes);
  if (!timingSafeEqual(bytes.subarray(-macBytes), macOf(key, ids))) throw invalidToken();
  const [account_id, invitation_id, offer_id] = fields.map((_, n) =>
    uuidOf(ids.subarray(n * idBytes, (n + 1) * idBytes)),
  );
  return { account_id: account_id!, invitation_id: invitation_id!, offer_id: offer_id! };
}

const macOf = (key: Buffer, ids: Buffer) => createHmac('sha256', key).update(ids).digest();

const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export const invalidToken = () => new Problem(400, 'invitation-token-invalid', 'This is no token of an invitation');
