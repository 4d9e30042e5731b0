import { signedIn } from '@annals/testing';
import type { VerifiedMessage } from '@annals/messaging';
import { endAccess, type MemberParts } from './follow-members.js';

describe('following members while the view of exports is behind', () => {
  it('takes no message for done: it comes again, and is not at fault', async () => {
    const view = { caughtUp: () => new Promise<void>(() => undefined) };
    const handle = endAccess({ view, patienceMs: 1, now: () => new Date() } as unknown as MemberParts);
    const who = signedIn('VIEWER', { kind: 'service', principal: 'svc:identity' });
    const data = { account_id: who.account_id, user_id: who.user_id };
    const message = { type: 'identity.membership_ended.v1', data } as VerifiedMessage;
    await expect(handle(message, who, undefined as never)).rejects.toMatchObject({ code: 'bus-unavailable' });
  });
});
