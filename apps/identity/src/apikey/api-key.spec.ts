import type { CurrentUserContext } from '@annals/contracts';
import { deciderSpec, signedIn } from '@annals/testing';
import { apiKeys, type ApiKey } from './api-key.js';
import { createApiKey, type CreateApiKey } from './create-api-key.js';
import { requireOwnScopes } from './own-scopes.js';
import { revokeApiKey } from './revoke-api-key.js';
import { rotateApiKey, type RotateApiKey } from './rotate-api-key.js';

const ids = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  key_id: '018f0000-0000-7000-8000-0000000000e1',
};
const first = '018f0000-0000-7000-8000-0000000000f1';
const second = '018f0000-0000-7000-8000-0000000000f2';
const third = '018f0000-0000-7000-8000-0000000000f3';
const now = '2026-03-01T12:00:00.000Z';
const made = {
  ...{ ...ids, credential_id: first, name: 'Nightly export', created_at: now },
  created_by_id: '018f0000-0000-7000-8000-0000000000a1',
};
const created = {
  type: 'ApiKeyCreated',
  data: { ...made, scopes: ['VIEW_AUDIT_LOG'], expires_at: '2026-05-30T12:00:00.000Z' },
};
const rotated = (credential_id: string, previous_valid_until: string) => ({
  type: 'ApiKeyRotated',
  data: { ...ids, credential_id, previous_valid_until },
});
const revoked = { type: 'ApiKeyRevoked', data: ids };

describe('making a key', () => {
  const { created_at: _, ...fields } = made;
  const command = { ...fields, scopes: ['VIEW_AUDIT_LOG'], expires_at: undefined, now } as CreateApiKey;
  const { given } = deciderSpec({
    ...apiKeys,
    decide: (asked: CreateApiKey, key: ApiKey) => createApiKey(key, asked),
  });
  it('gives it 90 days unless said', () => given([]).when(command).then([created]));
  it('twice is once', () => given([created]).when(command).thenNothing());
  it('keeps each scope once, in order', () =>
    given([])
      .when({ ...command, scopes: ['VIEW_CONTENT', 'REPLAY_EVENTS', 'VIEW_CONTENT'] })
      .then([{ ...created, data: { ...created.data, scopes: ['REPLAY_EVENTS', 'VIEW_CONTENT'] } }]));
  it.each(['2026-03-01T12:00:00.000Z', '2020-01-01T00:00:00.000Z', '2027-03-03T12:00:00.000Z'])(
    'refuses the end %s: it is over, or more than a year away',
    (expires_at) =>
      given([])
        .when({ ...command, expires_at })
        .thenRefuses('api-key-expiry'),
  );
});

describe('rotating a key', () => {
  const { given } = deciderSpec({
    ...apiKeys,
    decide: (asked: RotateApiKey, key: ApiKey) => rotateApiKey(key, asked),
  });
  const rotate: RotateApiKey = { credential_id: second, overlap_hours: 0, now };
  it('ends the text before at once unless said', () =>
    given([created])
      .when(rotate)
      .then([rotated(second, now)]));
  it('lets it live for the overlap', () =>
    given([created])
      .when({ ...rotate, overlap_hours: 24 })
      .then([rotated(second, '2026-03-02T12:00:00.000Z')]));
  it('twice is once', () =>
    given([created, rotated(second, now)])
      .when(rotate)
      .thenNothing());
  it('finds no key that never was', () => given([]).when(rotate).thenRefuses('api-key-not-found'));
  it('is too late for a revoked key', () => given([created, revoked]).when(rotate).thenRefuses('api-key-over'));
  it('is too late for an expired key', () =>
    given([created])
      .when({ ...rotate, now: '2026-05-30T12:00:00.000Z' })
      .thenRefuses('api-key-over'));

  it('leaves two texts at most: the present one and the one before', () => {
    const state = [created, rotated(second, '2026-03-02T12:00:00.000Z'), rotated(third, '2026-03-02T13:00:00.000Z')];
    expect(state.reduce<ApiKey>((key, event) => apiKeys.evolve(key, event), apiKeys.initial)).toMatchObject({
      credentials: [
        { credential_id: third, valid_until: null },
        { credential_id: second, valid_until: '2026-03-02T13:00:00.000Z' },
      ],
    });
  });
});

describe('revoking a key', () => {
  const { given } = deciderSpec({ ...apiKeys, decide: (_: null, key: ApiKey) => revokeApiKey(key) });
  it('is a fact', () => given([created]).when(null).then([revoked]));
  it('twice is once', () => given([created, revoked]).when(null).thenNothing());
  it('finds no key that never was', () => given([]).when(null).thenRefuses('api-key-not-found'));
});

describe('the scopes of a key', () => {
  const keeper = (over: Partial<CurrentUserContext>) =>
    signedIn('VIEWER', { permissions: ['VIEW_CONTENT', 'MANAGE_API_KEYS'], ...over });
  const refusalOf = (context: CurrentUserContext): unknown => {
    try {
      return requireOwnScopes(context, ['VIEW_CONTENT', 'READ_PII']);
    } catch (refusal) {
      return refusal;
    }
  };
  const refused = { code: 'scopes-beyond-own', detail: 'You cannot give a key what you lack: READ_PII' };
  it('are never more than its maker has', () => expect(refusalOf(keeper({}))).toMatchObject(refused));
  it('are not what its maker has under conditions only', () => {
    const conditional = [{ permission: 'READ_PII' as const, conditions: [{ kind: 'own' as const }] }];
    expect(refusalOf(keeper({ conditional_permissions: conditional }))).toMatchObject(refused);
  });
  it('are anything for an ADMIN', () => expect(refusalOf(signedIn('ADMIN', { permissions: [] }))).toBeUndefined());
});
