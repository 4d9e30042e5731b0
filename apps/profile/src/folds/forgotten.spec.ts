import { holderOf } from '@annals/event-store';
import { signedIn, until } from '@annals/testing';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const path = '/users/profile';

describe('a profile that processes hold in memory', () => {
  it('is gone from all of them when its person is erased, and not from another account', async () => {
    const here = signedIn('VIEWER');
    const there = signedIn('VIEWER', { user_id: here.user_id });
    for (const who of [here, there]) {
      await service().join(who);
      const written = await service().call('PUT', path, who, { body: { name: 'Ada Lovelace' } });
      expect(written.status).toBeLessThan(300);
    }
    const read = (who: typeof here) =>
      Promise.all([service().one, service().other].map((at) => service().call('GET', path, who, { at })));
    for (const { text } of [...(await read(here)), ...(await read(there))]) expect(text).toContain('Lovelace');

    await service().stores.keys.destroy(holderOf(here.user_id!, here.account_id));
    await until('no process tells it any more', async () =>
      (await read(here)).every(({ text }) => !text.includes('Lovelace')),
    );
    for (const { text } of await read(there)) expect(text).toContain('Lovelace');
  });
});
