import { createSigningKey } from '@annals/auth';
import { uuidv7, type StoredEvent } from '@annals/event-store';
import { startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { recordSigningKeys } from './record-keys.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const start = Date.parse('2026-03-01T12:00:00.000Z');
const now = new Date(start).toISOString();

async function recorded(kid: string): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const event of service().identity.store.readStream(`signingkey-${kid}`)) found.push(event);
  return found;
}

it('the key that tokens are signed with stands in the log of no account', async () => {
  const [key] = service().identity.tokens.jwks().keys;
  expect(await recorded(String(key!.kid))).toMatchObject([
    {
      type: 'SigningKeyAdded',
      data: { kid: key!.kid, replaces: null },
      metadata: { account_id: null, actor: { kind: 'service', principal: 'svc:identity' } },
    },
  ]);
});

it('a key is recorded once, with when it signs and which it replaces, and without its secret', async () => {
  const [first, second] = [await createSigningKey(uuidv7(), start), await createSigningKey(uuidv7(), start + 60_000)];
  const { identity } = service();
  await Promise.all([1, 2].map(() => recordSigningKeys(identity, [second, first], now)));
  const events = [...(await recorded(first.kid)), ...(await recorded(second.kid))];
  expect(events.map(({ data }) => data)).toEqual([
    { kid: first.kid, signs_from: now, replaces: null },
    { kid: second.kid, signs_from: '2026-03-01T12:01:00.000Z', replaces: first.kid },
  ]);
});
