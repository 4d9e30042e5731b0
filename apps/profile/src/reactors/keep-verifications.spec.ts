import { type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn, startTestService } from '@annals/testing';
import { streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { type ProfileService, testProfileService } from '../testing/profile-service.js';
import { decideVerification } from '../verification/decide-verification.js';
import { evidenceName } from '../verification/evidence/stored-evidence.js';
import { giveBadge, lapseVerification } from '../verification/give-badge.js';
import { verificationRoutesOf } from '../verification/routes.js';
import { verifications } from '../verification/verification.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const own = '/users/profile/verification';
const adminOf = (who: CurrentUserContext) => signedIn('ADMIN', { account_id: who.account_id });
const ownerOf = ({ account_id, user_id }: CurrentUserContext) => ({ account_id: account_id!, user_id: user_id! });
const rename = (who: CurrentUserContext, name: string) => call('PATCH', '/users/profile', who, { body: { name } });
const badgeOf = async (who: CurrentUserContext) => (await call('GET', '/users/profile', who)).json.verified;
const statusOf = async (who: CurrentUserContext) => (await call('GET', own, who)).json.status;
async function countOf(category: string, who: CurrentUserContext, type: string): Promise<number> {
  let count = 0;
  for await (const event of service().stores.store.readStream(`${category}-${streamOf(ownerOf(who))}`)) {
    if (event.type === type) count++;
  }
  return count;
}

async function asked() {
  const who = signedIn();
  await rename(who, 'Ada');
  const form = new FormData();
  form.append('file', new Blob(['%PDF-1.7'], { type: 'application/pdf' }));
  const document_id = (await call('POST', `${own}/documents`, who, { body: form })).json.id as string;
  const evidence = [{ type: 'document', document_id }];
  const answer = await call('POST', own, who, { body: { fields: ['name'], evidence } });
  const [id, admin] = [answer.json.id as string, adminOf(who)];
  await call('GET', `/profile-verifications/${id}`, admin, { [headers.minPosition]: answer.position });
  return { who, id, admin, document_id };
}

/** A decision whose process falls right after its first fact; it was made a while ago. */
async function approveAndFall({ who, id, admin }: Awaited<ReturnType<typeof asked>>) {
  const now = new Date(Date.now() - 60_000).toISOString();
  const owner = ownerOf(who);
  const command = { ...owner, verification_id: id, decided_by_id: admin.user_id!, changed: [], now };
  const { events } = await service().stores.store.execute(verifications, streamOf(owner), {
    ...{ id: uuidv7(), context: admin, now },
    decide: (state) => decideVerification({ ...command, verdict: { decision: 'approved' } }, state),
  });
  await service().followed();
  return events[0]!;
}

describe('an approval that fell before its badge', () => {
  beforeEach(() => service().stopReactors());
  afterEach(() => service().stopReactors());
  afterAll(() => service().startReactors());
  async function react(): Promise<void> {
    service().startReactors();
    await service().reacted();
    await service().stopReactors();
  }

  it('gets it from the reactor, once', async () => {
    const world = await asked();
    await approveAndFall(world);
    expect(await badgeOf(world.who)).toBeNull();
    await react();
    expect([await badgeOf(world.who), await statusOf(world.who)]).toEqual([
      expect.objectContaining({ fields: ['name'] }),
      'approved',
    ]);
    await rename(world.who, 'Ada L.');
    await rename(world.who, 'Ada');
    await react();
    expect(await badgeOf(world.who)).toBeNull();
    expect(await countOf('profile', world.who, 'ProfileVerified')).toBe(1);
  });

  it('gets none when a field has changed in between, and the verification has lapsed', async () => {
    const world = await asked();
    await approveAndFall(world);
    await rename(world.who, 'Eve');
    expect(await statusOf(world.who)).toBe('lapsed');
    await react();
    expect([await badgeOf(world.who), await countOf('verification', world.who, 'VerificationLapsed')]).toEqual([
      null,
      1,
    ]);
    await rename(world.who, 'Ada');
    expect(await statusOf(world.who)).toBe('lapsed');
  });

  it('gets it once however many are after it at once', async () => {
    const world = await asked();
    const { id: event_id, metadata } = await approveAndFall(world);
    const { store } = service().stores;
    const owner = ownerOf(world.who);
    const { state } = await store.load(verifications, streamOf(owner));
    if (state.course.status !== 'approved') throw new Error('was not approved');
    const approval = { ...owner, asked: state.course.asked, event_id, approved_at: metadata.occurred_at };
    const asking = { context: world.admin, now: metadata.occurred_at };
    const given = await Promise.all(
      Array.from({ length: 6 }, (_, n) => giveBadge(n % 2 ? store : service().parts.store, asking, approval)),
    );
    expect(given.every((one) => one.given)).toBe(true);
    expect(await countOf('profile', world.who, 'ProfileVerified')).toBe(1);
  });
});

describe('a decision', () => {
  it('says so when the profile changes in its very moment: no badge, and nothing that looks approved', async () => {
    const { who, id, admin } = await asked();
    const { folds } = service().parts;
    const racing: typeof folds = {
      ...folds,
      async execute(aggregate, stream, command) {
        if (aggregate.category === profile.category) await rename(who, 'Eve');
        return folds.execute(aggregate, stream, command);
      },
    };
    const commandKey = service().stores.keyEncryptionKey;
    const routes = verificationRoutesOf({ ...service().parts, folds: racing });
    const slow = await startTestService({ service: 'profile', routes, commandKey });
    const decided = await slow.call('POST', `/profile-verifications/${id}/decision`, admin, {
      body: { decision: 'approved' },
    });
    await slow.stop();
    expect([decided.status, decided.json.status]).toEqual([200, 'lapsed']);
    expect([await badgeOf(who), await statusOf(who)]).toEqual([null, 'lapsed']);
    await service().reacted();
    expect(await countOf('profile', who, 'ProfileVerified')).toBe(0);
  });
});

describe('a verification', () => {
  it('takes with it a badge that was given in the moment in which it lapsed', async () => {
    const { who, id, admin } = await asked();
    await call('POST', `/profile-verifications/${id}/decision`, admin, { body: { decision: 'approved' } });
    expect(await badgeOf(who)).not.toBeNull();
    const now = new Date().toISOString();
    const command = { ...ownerOf(who), verification_id: id, changed: ['name' as const], now };
    await service().stores.store.execute(verifications, streamOf(command), {
      ...{ id: uuidv7(), context: admin, now },
      decide: (state) => lapseVerification(command, state),
    });
    await service().reacted();
    expect(await badgeOf(who)).toBeNull();
  });

  it('of somebody who has left is withdrawn with all its evidence; what was decided stays as it is', async () => {
    const { who, document_id } = await asked();
    await service().leave(who);
    await service().reacted();
    expect(await statusOf(who)).toBe('withdrawn');
    expect(await service().parts.objects.exists(evidenceName(ownerOf(who), document_id))).toBe(false);
    const other = await asked();
    const path = `/profile-verifications/${other.id}/decision`;
    await call('POST', path, other.admin, { body: { decision: 'rejected', reason: 'No.' } });
    await service().leave(other.who);
    await service().reacted();
    expect(await statusOf(other.who)).toBe('rejected');
  });
});
