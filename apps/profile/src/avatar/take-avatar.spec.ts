import { serviceIdentity } from '@annals/auth';
import type { CurrentUserContext } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { halves } from '../testing/hostile-pictures.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const taken = ({ account_id, user_id }: CurrentUserContext) =>
  service().one.asExport(
    'GET',
    '/internal/avatar',
    serviceIdentity('svc:export', { accountId: account_id!, userId: user_id! }),
  );

async function withPicture(): Promise<CurrentUserContext> {
  const who = signedIn();
  await service().join(who);
  await service().followed();
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(await halves().png().toBuffer())], { type: 'image/png' }), 'me.png');
  await service().call('POST', '/users/profile/avatar', who, { body });
  return who;
}

describe('a picture taken along in an export', () => {
  it('is a JPEG, given on behalf of its person', async () => {
    const { status, headers } = await taken(await withPicture());
    expect([status, headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(Number(headers.get('content-length'))).toBeGreaterThan(100);
  });

  it('is none for somebody without one, in another account, or when its bytes have gone', async () => {
    const who = await withPicture();
    const unknown = { status: 404, json: { code: 'avatar-unknown' } };
    expect(await taken(signedIn())).toMatchObject(unknown);
    expect(await taken({ ...who, account_id: signedIn().account_id })).toMatchObject(unknown);
    await service().parts.objects.removeAll(`avatars/${who.account_id}/${who.user_id}`);
    expect(await taken(who)).toMatchObject(unknown);
  });

  it('is not given to people', async () => {
    const who = await withPicture();
    expect((await service().call('GET', '/internal/avatar', who)).status).toBe(404);
  });
});
