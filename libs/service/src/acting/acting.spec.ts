import type { CommandContext, StoredEvent } from '@annals/event-store';
import { actingOn } from './acting-on.js';
import { askedByService } from './asked-by-service.js';
import { isOverdue } from './overdue.js';

const event = (occurred_at = '2026-03-01T12:00:00.000Z') =>
  ({
    id: '018f0000-0000-7000-8000-0000000000e1',
    metadata: {
      ...{ account_id: 'acme', transaction_id: 't', request_id: 'r', $correlationId: 'c', occurred_at },
      actor: { user_id: 'ada', session_id: 's', kind: 'user' },
    },
  }) as unknown as StoredEvent;

describe('a reactor', () => {
  it('acts as its principal, for the account and because of the event', () => {
    const { context, now } = actingOn(event(), 'svc:profile', 'ada');
    expect(now).toBe('2026-03-01T12:00:00.000Z');
    expect(context).toMatchObject({
      account_id: 'acme',
      causation_id: event().id,
      correlation_id: 'c',
      request_id: 'r',
    });
    expect(context).toMatchObject({ principal: 'svc:profile', role: null, permissions: [] });
  });

  it('asks for the same thing because of the same event, and for another as another principal', () => {
    const id = (principal: string) => actingOn(event(), principal, null).commandId;
    expect(id('svc:profile')).toBe(id('svc:profile'));
    expect(id('svc:profile')).not.toBe(id('svc:export'));
  });
});

describe('what a service does because of a request', () => {
  it('keeps the request and tells nothing of who asked', () => {
    const asker = { user_id: 'ada', request_id: 'r', transaction_id: 't', ip_address: '203.0.113.9', user_agent: 'x' };
    const { context, id } = askedByService(
      { id: 1, context: asker as unknown as CommandContext },
      'svc:profile',
      'acme',
    );
    expect(id).toBe(1);
    expect(context).toMatchObject({ account_id: 'acme', request_id: 'r', transaction_id: 't' });
    expect(JSON.stringify(context)).not.toMatch(/ada|203\.0\.113\.9/);
  });
});

describe('what has to follow a fact', () => {
  it('is left to its command for a moment', async () => {
    const done = [false, false, true];
    expect(await isOverdue(event(new Date().toISOString()), async () => done.shift()!)).toBe(false);
  });

  it('is overdue when the fact is older than any command lives', async () =>
    expect(await isOverdue(event(), async () => false)).toBe(true));
});
