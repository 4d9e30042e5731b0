import { noPolicies, type AccountPolicies } from '@annals/contracts';
import { deciderSpec } from '@annals/testing';
import fc from 'fast-check';
import { accounts, type Account } from './account.js';
import { sameName } from './account-name.js';
import { addAdmin, removeAdmin, type AdminLoss } from './admins.js';
import { claims, releaseClaim, takeClaim, type Claim, type TakeClaim } from './claim.js';
import { closeAccount } from './close-account.js';
import { createAccount, type CreateAccount } from './create-account.js';
import { refusalBy } from './enforce-policies.js';
import { giveUpClaim } from './orphaned-claim.js';
import { domainOf } from './own-domain.js';
import { restoreAccount } from './restore-account.js';
import { homeSlug, slugsFor } from './slug.js';
import { updateAccount, type UpdateAccount } from './update-account.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const other = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const now = '2026-03-01T12:00:00.000Z';

const team: CreateAccount = {
  ...{ account_id, slug: 'acme', name: 'Acme', domain: null, kind: 'team' },
  ...{ created_by_id: ada, created_at: now },
};
const created = { type: 'AccountCreated', data: team };
const home = { type: 'AccountCreated', data: { ...team, kind: 'home' } };
const abandoned = { type: 'AccountAbandoned', data: { account_id } };
const closed = { type: 'AccountClosed', data: { account_id } };
const restored = { type: 'AccountRestored', data: { account_id, restored_as: 'admin' } };
const added = (user_id: string) => ({ type: 'AccountAdminAdded', data: { account_id, user_id } });
const removed = (user_id: string, reason: string, role: string | null = null) => ({
  ...{ type: 'AccountAdminRemoved', data: { account_id, user_id, reason, role } },
});

describe('claiming a slug', () => {
  const { given } = deciderSpec({
    ...claims.slug,
    decide: (command: TakeClaim, claim: Claim) => takeClaim(claim, command),
  });
  const claim = { kind: 'slug', value: 'acme', basis: 3n, now } as const;
  const claimed = (account_id: string) => ({
    ...{ type: 'SlugClaimed', data: { slug: 'acme', account_id, claimed_at: now, account_revision: 3 } },
  });
  it('gives a free slug to who asks first', () =>
    given([])
      .when({ ...claim, account_id })
      .then([claimed(account_id)]));
  it('is said again by the same account, so that nobody releases what it counts on anew', () =>
    given([claimed(account_id)])
      .when({ ...claim, account_id })
      .then([claimed(account_id)]));
  it.each(['slug', 'name', 'domain'] as const)('refuses a %s of another account', (kind) =>
    given([claimed(other)])
      .when({ ...claim, kind, account_id })
      .thenRefuses(`${kind}-taken`),
  );
});

describe('releasing a claim', () => {
  const claimed = { type: 'DomainClaimed', data: { domain: 'acme.example', account_id, claimed_at: now } };
  const { given } = deciderSpec({
    ...claims.domain,
    decide: (command: { account_id: string }, claim: Claim) =>
      releaseClaim(claim, { kind: 'domain', value: 'acme.example', ...command }),
  });
  const released = { type: 'DomainReleased', data: { domain: 'acme.example', account_id } };
  it('frees it', () => given([claimed]).when({ account_id }).then([released]));
  it('leaves what another account has', () => given([claimed]).when({ account_id: other }).thenNothing());
  it('twice is once', () => given([claimed, released]).when({ account_id }).thenNothing());
});

describe('giving up what was claimed for an account', () => {
  const { given } = deciderSpec({
    ...accounts,
    decide: (command: { claim: 'name' }, account: Account) => giveUpClaim(account, { account_id, ...command }),
  });
  it('shuts a creation that stopped halfway', () => given([]).when({ claim: 'name' }).then([abandoned]));
  it('moves an account on, so that a slow change starts again', () =>
    given([created])
      .when({ claim: 'name' })
      .then([{ type: 'AccountClaimGivenUp', data: { account_id, claim: 'name' } }]));
});

describe('creating an account', () => {
  const { given } = deciderSpec({
    ...accounts,
    decide: (command: CreateAccount, account: Account) => createAccount(account, command),
  });
  it('happens once', () => given([]).when(team).then([created]));
  it('twice is once', () => given([created]).when(team).thenNothing());
  it('cannot complete after it was given up', () => given([abandoned]).when(team).thenRefuses('account-abandoned'));
});

describe('changing an account', () => {
  const { given } = deciderSpec({
    ...accounts,
    decide: (command: UpdateAccount, account: Account) => updateAccount(account, command),
  });
  const same: UpdateAccount = { name: 'Acme', slug: 'acme', domain: null, policies: noPolicies };
  const strict: AccountPolicies = { ...noPolicies, mfa_required: true };
  it('to what it is, is nothing', () => given([created]).when(same).thenNothing());
  it('tells names and policies apart', () =>
    given([created])
      .when({ ...same, name: 'Acme Works', policies: strict })
      .then([
        { type: 'AccountUpdated', data: { account_id, name: 'Acme Works', slug: 'acme', domain: null } },
        { type: 'AccountPoliciesChanged', data: { account_id, policies: strict } },
      ]));
  it('gives no domain to a home', () =>
    given([home])
      .when({ ...same, domain: 'acme.example' })
      .thenRefuses('home-account'));
  it('lets a home be called otherwise', () =>
    given([home])
      .when({ ...same, name: 'My place' })
      .then([{ type: 'AccountUpdated', data: { account_id, name: 'My place', slug: 'acme', domain: null } }]));
  it('finds no closed one', () => given([created, closed]).when(same).thenRefuses('account-not-found'));
});

describe('closing and restoring', () => {
  const { given } = deciderSpec({
    ...accounts,
    decide: (command: 'close' | 'restore', account: Account) =>
      command === 'close' ? closeAccount(account) : restoreAccount(account, { restored_as: 'admin' }),
  });
  it('closes once', () => given([created]).when('close').then([closed]));
  it('closing twice is once', () => given([created, closed]).when('close').thenNothing());
  it('restores', () => given([created, closed]).when('restore').then([restored]));
  it('restoring twice is once', () => given([created, closed, restored]).when('restore').thenNothing());
  it('leaves a home open', () => given([home]).when('close').thenRefuses('home-account'));
  it('restores nothing that never was', () => given([]).when('restore').thenRefuses('account-not-found'));
});

describe('those who run an account', () => {
  const { given } = deciderSpec({
    ...accounts,
    decide: ({ who, loss }: { who: string; loss: AdminLoss | null }, account: Account) =>
      loss ? removeAdmin(account, who, loss) : addAdmin(account, who),
  });
  const seat = (who: string) => ({ who, loss: null });
  const lose = (who: string, reason: Exclude<AdminLoss['reason'], 'role-changed'>) => ({ who, loss: { reason } });
  it('are its creator at first', () => given([created]).when(seat(ada)).thenNothing());
  it('become more', () =>
    given([created])
      .when(seat(bob))
      .then([added(bob)]));
  it('become less, with what follows', () =>
    given([created, added(bob)])
      .when({ who: ada, loss: { reason: 'role-changed', role: 'VIEWER' } })
      .then([removed(ada, 'role-changed', 'VIEWER')]));
  it.each(['removed', 'left', 'barred'] as const)('are never none: the last one is not %s', (reason) =>
    given([created, added(bob), removed(ada, 'left')])
      .when(lose(bob, reason))
      .thenRefuses('last-admin'),
  );
  it('are none of a closed account', () =>
    given([created, closed])
      .when(lose(ada, 'left'))
      .then([removed(ada, 'left')]));
  it('do not count who is no ADMIN', () =>
    given([created])
      .when(lose(ada, 'no-admin'))
      .then([removed(ada, 'no-admin')]));
  it('are not left by who was not among them', () => given([created]).when(lose(bob, 'left')).thenNothing());
  it('keep their own home, also while they may not act', () => given([home]).when(lose(ada, 'barred')).thenNothing());
  it.each(['removed', 'left'] as const)('are not %s from their own home, whoever else runs it', (reason) =>
    given([home, added(bob)])
      .when(lose(ada, reason))
      .thenRefuses('home-account'),
  );
});

describe('policies', () => {
  const by = { issuer: null, auth_methods: ['pwd'], authenticated_at: '2026-03-01T11:00:00.000Z' };
  const refuses = (policies: Partial<AccountPolicies>, over: Partial<typeof by> | { issuer: string } = {}) =>
    refusalBy({ ...noPolicies, ...policies }, { ...by, ...over }, now)?.code ?? null;
  it('let everybody in who set none', () => expect(refuses({})).toBeNull());
  it('ask for a second factor', () => {
    expect(refuses({ mfa_required: true })).toBe('account-requires-mfa');
    expect(refuses({ mfa_required: true }, { auth_methods: ['pwd', 'otp', 'mfa'] })).toBeNull();
  });
  it('ask for certain issuers, our own among them by name', () => {
    expect(refuses({ allowed_issuers: ['https://sso.test'] })).toBe('account-issuer-not-allowed');
    expect(refuses({ allowed_issuers: ['https://sso.test'] }, { issuer: 'https://sso.test' })).toBeNull();
    expect(refuses({ allowed_issuers: ['local'] })).toBeNull();
    expect(refuses({ allowed_issuers: ['local'] }, { issuer: 'https://sso.test' })).toBe('account-issuer-not-allowed');
  });
  it('ask for a fresh proof after some hours', () => {
    expect(refuses({ session_max_hours: 1 })).toBeNull();
    const early = { authenticated_at: '2026-03-01T10:59:59.999Z' };
    expect(refuses({ session_max_hours: 1 }, early)).toBe('session-too-old-for-account');
  });
});

describe('the slug of a home account', () => {
  it('is a slug, the same for the same account', () =>
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(homeSlug(id)).toMatch(/^home-[a-z2-9]{12}$/);
        expect(homeSlug(id)).toBe(homeSlug(id));
      }),
    ));
  it('differs where the ids do', () => expect(homeSlug(account_id)).not.toBe(homeSlug(other)));
});

describe('the slug of an account that asks for none', () => {
  const best = (name: string) => slugsFor(name, account_id)[0];
  it('is its name in ASCII', () => {
    expect(best('Acme Works, Inc.')).toBe('acme-works-inc');
    expect(best('Żółta Łódź Café')).toBe('zo-ta-odz-cafe');
  });
  it('has an end of its own where the name is too short, taken for something else, or not Latin', () => {
    for (const name of ['Ab', 'Home Sweet', '東京', account_id]) {
      expect(slugsFor(name, account_id)).toHaveLength(1);
      expect(best(name)).toMatch(/^team-.*[a-z2-9]{8}$/);
    }
  });
  it('is always a slug', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.uuid(), (name, id) => {
        for (const slug of slugsFor(name, id)) expect(slug).toMatch(/^(?=.{3,40}$)[a-z0-9]+(-[a-z0-9]+)*$/);
      }),
    ));
});

describe('two names', () => {
  it('are the same whatever their case, white space and compatibility forms', () => {
    for (const name of ['ACME  works', ' acme works', 'Ａｃｍｅ Works']) expect(sameName(name)).toBe('acme works');
  });
  it('stay the same when compared again', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => expect(sameName(sameName(name))).toBe(sameName(name))),
    ));
});

describe('the domain of an address', () => {
  it('is in ASCII and lower case', () => {
    expect(domainOf('ada@Acme.Example')).toBe('acme.example');
    expect(domainOf('ada@bücher.example')).toBe('xn--bcher-kva.example');
  });
  it.each(['ada@localhost', 'ada@[203.0.113.7]', 'ada@203.0.113.7', 'ada@-a.example', 'ada@a..example'])(
    'is none for %s',
    (address) => expect(domainOf(address)).toBeNull(),
  );
});
