import { createContextReader, createContextSigner, generateKey, type ContextSigner } from '@annals/auth';
import type { IdentityContext } from '@annals/contracts';
import { createLocalCache, type SharedCache } from '@annals/service';
import { shareContexts, type SharedContexts } from './shared-contexts.js';

const identity: IdentityContext = {
  ...{ kind: 'user', user_id: '0190a000-0000-7000-8000-00000000000a', principal: null, user_email_hash: null },
  ...{ account_id: '0190a000-0000-7000-8000-0000000000aa', account_slug: 'acme', membership_id: 'm' },
  ...{ session_id: '0190a000-0000-7000-8000-00000000000b', role: 'ADMIN', roles: ['ADMIN'], permissions: [] },
  ...{ is_super_admin: false, is_system_admin_access: false, auth_methods: ['pwd'], actor: null },
  ...{
    conditional_permissions: [],
    temporary_roles: [],
    elevation_id: null,
    valid_until: null,
    authenticated_at: null,
  },
};

describe('contexts shared through a cache', () => {
  let time: number;
  let cache: SharedCache;
  let signer: ContextSigner;
  let contexts: SharedContexts;
  const trouble: unknown[] = [];
  const now = () => time;

  beforeEach(async () => {
    time = 1_700_000_000_000;
    trouble.length = 0;
    const { privateJwk, publicJwk } = await generateKey('gateway');
    cache = createLocalCache(100, now);
    signer = createContextSigner({ principal: 'gateway', privateJwk, now });
    const reader = createContextReader({ jwks: { keys: [publicJwk] }, now });
    contexts = shareContexts(cache, reader, (error) => trouble.push(error), now);
  });

  it('come back with what is left of their life, the signature for half of it', async () => {
    contexts.remember('key', await signer.sign(identity), 60_000);
    time += 10_000;
    expect(await contexts.find('key')).toMatchObject({ identity, leftMs: 50_000, signatureLeftMs: 20_000 });
    time += 50_000;
    expect(await contexts.find('key')).toBeNull();
    expect(await contexts.find('other')).toBeNull();
  });

  it('are not kept past the end of the token', async () => {
    contexts.remember('key', await signer.sign(identity), 5_000);
    contexts.remember('over', await signer.sign(identity), -1);
    time += 5_000;
    expect(await contexts.find('key')).toBeNull();
    expect(await contexts.find('over')).toBeNull();
  });

  it('cannot be made by who can only write to the cache', async () => {
    const stranger = await generateKey('gateway');
    const forged = await createContextSigner({ principal: 'gateway', privateJwk: stranger.privateJwk, now }).sign(
      identity,
    );
    for (const text of [forged, 'nonsense', JSON.stringify(identity)]) {
      await cache.set('gateway:context:key', text, 60_000);
      expect(await contexts.find('key')).toBeNull();
    }
    expect(trouble).toHaveLength(3);
  });

  it('are done without when the cache fails to keep them', async () => {
    const failing = { ...cache, set: () => Promise.reject(new Error('down')) };
    const { publicJwk } = await generateKey('gateway');
    const reader = createContextReader({ jwks: { keys: [publicJwk] } });
    shareContexts(failing, reader, (error) => trouble.push(error)).remember('key', 'x', 1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(trouble).toHaveLength(1);
  });
});
