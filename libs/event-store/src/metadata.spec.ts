import type { CurrentUserContext } from '@annals/contracts';
import type { CommandContext } from './aggregate.js';
import { accountId, context, open, ownerId } from './example-notebook.js';
import { commandMetadata, sealedAddress } from './metadata.js';
import { holderOf } from './subject-keys.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

const admin = '5b0f4a52-0c8c-4b9a-9a57-1f6d8c6fd009';
const anonymous: CommandContext = {
  kind: 'anonymous',
  request_id: 'r',
  transaction_id: 't',
  correlation_id: 'c',
  causation_id: 'c',
  ip_address: '192.0.2.7',
  user_agent: null,
  traceparent: null,
  timestamp: context.timestamp,
};
const service: CurrentUserContext = { ...context, kind: 'service', principal: 'svc:export', session_id: null };
const stamped = (given: CommandContext) => commandMetadata(open('x', { context: given }), undefined);

describe('metadata', () => {
  it('names the person who acts', () => {
    expect(stamped(context).actor).toEqual({
      user_id: ownerId,
      session_id: context.session_id,
      kind: 'user',
      on_behalf_of: null,
    });
  });

  it('names an administrator who acts in somebody’s place, and that somebody', () => {
    const { actor } = stamped({ ...context, actor: { user_id: admin } });
    expect(actor).toMatchObject({ user_id: admin, kind: 'user', on_behalf_of: ownerId });
  });

  it('names the service that acts, and for whom', () => {
    expect(stamped(service).actor).toEqual({
      user_id: null,
      session_id: null,
      kind: 'service',
      principal: 'svc:export',
      on_behalf_of: ownerId,
    });
  });

  it('knows nobody and no account when nobody signed in', () => {
    expect(stamped(anonymous)).toMatchObject({ account_id: null, actor: { user_id: null, kind: 'anonymous' } });
  });

  it('takes the account from the context unless the command says another', () => {
    expect(stamped(context).account_id).toBe(accountId);
    expect(commandMetadata(open('x', { accountId: null }), undefined).account_id).toBeNull();
    expect(commandMetadata(open('x', { accountId: 'other' }), undefined).account_id).toBe('other');
  });

  it('seals the address with the security key of the actor in that account, and drops it when there is no actor', async () => {
    const keys = subjectKeysInMemory();
    const address = (given: CommandContext) => sealedAddress(given, stamped(given), 's-1', 'e', keys);
    const sealed = await address(context);
    expect(sealed).toContain((await keys.current(holderOf(ownerId, accountId), 'security')).id);
    expect(sealed).not.toContain('192.0.2.7');
    expect(await address(anonymous)).toBeNull();
    expect(await address(service)).toBeNull();
  });

  it('goes on without the address of an actor who was erased', async () => {
    const keys = subjectKeysInMemory();
    keys.destroy(ownerId);
    expect(await sealedAddress(context, stamped(context), 's-1', 'e', keys)).toBeNull();
  });
});
