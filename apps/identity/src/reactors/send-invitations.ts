import type { Reactor } from '@annals/postgres';
import { accounts } from '../account/account.js';
import type { IdentityProviderPort } from '../idp/identity-provider.js';
import { inviteThere } from '../idp/invite-there.js';
import type { Identity } from '../identity.js';
import { invitationToken } from '../invitation/invitation-token.js';
import { invitations, invitationStream, type Offer } from '../invitation/invitation.js';
import type { Mailer } from '../mail/mailer.js';

/**
 * Sends the mail with which an invited person can come in. The link follows from the offer, so a mail that is sent twice,
 * because nobody knows whether it went out, is the same mail. What was taken back meanwhile is not sent.
 * @param publicUrl where the links lead
 * @param idp where people whom an administrator made known choose their password, when it is not here
 */
export const sendInvitations = (
  identity: Identity,
  mailer: Mailer,
  publicUrl: string,
  idp: IdentityProviderPort | null,
): Reactor => ({
  name: 'send-invitations',
  categories: ['invitation'],
  on: {
    async InvitationCreated(event) {
      const offer = event.data as unknown as Offer & { email: unknown };
      const { account_id, invitation_id, offer_id, email } = offer;
      if (typeof email !== 'string') return;
      const { store, secrets } = identity;
      const [{ state: invitation }, { state: account }] = await Promise.all([
        store.load(invitations, invitationStream(account_id, invitation_id)),
        store.load(accounts, account_id),
      ]);
      if (invitation.kind !== 'open' || invitation.offer.offer_id !== offer_id || account.kind !== 'open') return;
      const there = idp && (await inviteThere(identity, idp, event, offer.invitee_id));
      const text = there
        ? textOfThere(there, account.name, offer)
        : textOf(publicUrl, invitationToken(secrets.invitationKey, offer), account.name, offer);
      await mailer.send({ id: event.id, to: email, subject: `You are invited to ${account.name}`, text });
    },
  },
});

const textOf = (publicUrl: string, token: string, account: string, { role, expires_at }: Offer) => `Hello,

you are invited to ${account} at Annals, as ${role}. To accept, open this link before ${expires_at.slice(0, 10)}:

${publicUrl}/accept-invitation?token=${token}

or enter the code where you are asked for it:

Code: ${token}

If you have an account at Annals with this address, sign in first. If you do not know ${account}, do nothing.
`;

const textOfThere = (link: string, account: string, { role }: Offer) => `Hello,

you are a member of ${account} at Annals now, as ${role}. Choose your password under this link, within 7 days:

${link}

If you do not know ${account}, do nothing.
`;
