import { deciderSpec } from '@annals/testing';
import fc from 'fast-check';
import { accounts, type Account } from './account.js';
import { createAccount, type CreateAccount } from './create-account.js';
import { claimSlug, homeSlug, slugs, type Slug } from './slug.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const other = '018f0000-0000-7000-8000-00000000000b';

describe('claiming a slug', () => {
  const { given } = deciderSpec({
    ...slugs,
    decide: (command: { slug: string; account_id: string }, slug: Slug) => claimSlug(slug, command),
  });
  const claimed = (account_id: string) => ({ type: 'SlugClaimed', data: { slug: 'acme', account_id } });
  it('gives a free slug to who asks first', () =>
    given([])
      .when({ slug: 'acme', account_id })
      .then([claimed(account_id)]));
  it('twice is once', () =>
    given([claimed(account_id)])
      .when({ slug: 'acme', account_id })
      .thenNothing());
  it('refuses a slug of another account', () =>
    given([claimed(other)])
      .when({ slug: 'acme', account_id })
      .thenRefuses('slug-taken'));
});

describe('creating an account', () => {
  const { given } = deciderSpec({
    ...accounts,
    decide: (command: CreateAccount, account: Account) => createAccount(account, command),
  });
  const create: CreateAccount = {
    ...{ account_id, slug: 'acme', name: 'Acme', domain: null, kind: 'team' },
    ...{ created_by_id: other, created_at: '2026-03-01T12:00:00.000Z' },
  };
  it('happens once', () =>
    given([])
      .when(create)
      .then([{ type: 'AccountCreated', data: create }]));
  it('twice is once', () =>
    given([{ type: 'AccountCreated', data: create }])
      .when(create)
      .thenNothing());
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
