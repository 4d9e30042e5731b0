import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { acceptInvitation, type AcceptInvitation } from './accept-invitation.js';
import { createInvitation, type CreateInvitation } from './create-invitation.js';
import { invitationToken, readInvitationToken } from './invitation-token.js';
import { invitations, type Invitation } from './invitation.js';
import { revokeInvitation } from './revoke-invitation.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const invitation_id = '018f0000-0000-7000-8000-0000000000d1';
const offer_id = '018f0000-0000-7000-8000-0000000000d2';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const on = (day: number) => `2026-03-0${day}T12:00:00.000Z`;

const offer: CreateInvitation = {
  ...{ account_id, invitation_id, offer_id, invitee_id: ada, email: 'ada@example.test', email_hash: 'e'.repeat(32) },
  ...{ role: 'EDITOR', invited_by_id: bob, created_at: on(1), expires_at: on(8), refusal: null },
};
const createdBy = ({ refusal: _, ...data }: CreateInvitation) => ({ type: 'InvitationCreated', data });
const created = createdBy(offer);
const ref = { account_id, invitation_id, offer_id };
const revoked = { type: 'InvitationRevoked', data: ref };
const yes = (user_id = ada, day = 2): AcceptInvitation => ({
  ...{ offer_id, user_id, registers: undefined, accepted_at: on(day) },
});
const accepted = (user_id = ada) => ({
  type: 'InvitationAccepted',
  data: { ...ref, user_id, role: 'EDITOR', email_hash: offer.email_hash, accepted_at: on(2) },
});
const decider = <C>(decide: (invitation: Invitation, command: C) => readonly { type: string; data: object }[]) => ({
  ...invitations,
  decide: (command: C, invitation: Invitation) => decide(invitation, command) as ReturnType<typeof revokeInvitation>,
});

describe('inviting an address', () => {
  const { given } = deciderSpec(decider(createInvitation));
  const again: CreateInvitation = { ...offer, offer_id: bob, created_at: on(8), expires_at: on(9) };
  it('is an offer for some days', () => given([]).when(offer).then([created]));
  it('that has an open one is refused', () =>
    given([created])
      .when({ ...again, created_at: on(7) })
      .thenRefuses('already-invited'));
  it.each([
    ['is over', [created]],
    ['was taken back', [created, revoked]],
    ['was accepted, and its person left', [created, accepted()]],
  ])('again is another offer once the one before %s', (_, past) =>
    given(past)
      .when(again)
      .then([createdBy(again)]),
  );
  it.each(['already-member', 'too-many-invitations'] as const)('is refused: %s', (refusal) =>
    given([])
      .when({ ...offer, refusal })
      .thenRefuses(refusal),
  );
});

describe('taking an invitation back', () => {
  const { given } = deciderSpec(decider((state: Invitation) => revokeInvitation(state)));
  it('ends it', () => given([created]).when({}).then([revoked]));
  it('twice is once', () => given([created, revoked]).when({}).thenNothing());
  it('comes too late after a yes', () => given([created, accepted()]).when({}).thenRefuses('invitation-accepted'));
  it('that never was finds none', () => given([]).when({}).thenRefuses('invitation-not-found'));
});

describe('accepting', () => {
  const { given } = deciderSpec(decider(acceptInvitation));
  it('is a yes, once', () => given([created]).when(yes()).then([accepted()]));
  it('by the same person again changes nothing, however late', () =>
    given([created, accepted()]).when(yes(ada, 9)).thenNothing());
  it('by somebody else is refused', () => given([created, accepted()]).when(yes(bob)).thenRefuses('invitation-used'));
  it('what was taken back is refused', () => given([created, revoked]).when(yes()).thenRefuses('invitation-revoked'));
  it('what is over is refused', () => given([created]).when(yes(ada, 8)).thenRefuses('invitation-expired'));
  it('an earlier offer is refused', () =>
    given([created, revoked, createdBy({ ...offer, offer_id: bob })])
      .when(yes())
      .thenRefuses('invitation-token-invalid'));
  it('what never was is refused', () => given([]).when(yes()).thenRefuses('invitation-token-invalid'));
});

const histories = fc.array(fc.constantFrom(created, revoked, accepted(), accepted(bob)), { maxLength: 6 });
laws('accepting', decider(acceptInvitation), { commands: fc.constantFrom(yes(), yes(bob), yes(ada, 9)), histories });
laws(
  'taking back',
  decider((state: Invitation) => revokeInvitation(state)),
  { commands: fc.constant({}), histories },
);

describe('a token', () => {
  const key = Buffer.alloc(32, 1);
  it('names its offer, the same each time', () => {
    const token = invitationToken(key, ref);
    expect(invitationToken(key, ref)).toBe(token);
    expect(readInvitationToken(key, token)).toEqual(ref);
  });
  it('with any bit changed, of another key, longer or shorter is none', () => {
    const token = invitationToken(key, ref);
    const bytes = Buffer.from(token, 'base64url');
    const flipped = [...bytes.keys()].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 1;
      return copy.toString('base64url');
    });
    const wrong = [...flipped, invitationToken(Buffer.alloc(32, 2), ref), `${token}A`, token.slice(1), '', `${token}=`];
    for (const text of wrong) {
      expect(() => readInvitationToken(key, text)).toThrow(
        expect.objectContaining({ code: 'invitation-token-invalid' }) as Error,
      );
    }
  });
});
