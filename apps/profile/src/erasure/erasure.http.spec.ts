import { randomUUID } from 'node:crypto';
import { type Avatar, type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { erasureOf } from '@annals/service';
import { type Answered, everyRow, signedIn, until } from '@annals/testing';
import { changeAvatar, settleChanges } from '../avatar/change-avatar.js';
import { putPictures } from '../avatar/stored-avatar.js';
import { cleanPicture } from '../avatar/picture/clean-picture.js';
import { handles } from '../handle/handle.js';
import { streamOf } from '../owner.js';
import { amongOthers } from '../person-lock.js';
import { profile } from '../profile/profile.js';
import { halves } from '../testing/hostile-pictures.js';
import { testProfileService, type ProfileService } from '../testing/profile-service.js';
import { putEvidence } from '../verification/evidence/stored-evidence.js';
import { handlesOf } from '../views/handle-holders/projection.js';
import { profileErasers } from './erasers.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const codeOf = ({ status, json }: Answered) => [status, json.code];
const ownerOf = ({ account_id, user_id }: CurrentUserContext) => ({ account_id: account_id!, user_id: user_id! });
const at = (...positions: string[]) => ({ [headers.minPosition]: positions.filter(Boolean).join(',') });
const pdf = Buffer.from('%PDF-1.7\nThe passport of Ada Lovelace\n%%EOF\n');
let picture: Buffer;
beforeAll(async () => {
  picture = await halves().png().toBuffer();
});

const form = (content: Buffer, type: string): FormData => {
  const made = new FormData();
  made.append('file', new Blob([new Uint8Array(content)], { type }), 'me');
  return made;
};
const sendPicture = (who: CurrentUserContext) =>
  call('POST', '/users/profile/avatar', who, { body: form(picture, 'image/png') });
const sendDocument = (who: CurrentUserContext) =>
  call('POST', '/users/profile/verification/documents', who, { body: form(pdf, 'application/pdf') });

async function objectsOf({ account_id, user_id }: CurrentUserContext): Promise<string[]> {
  const names: string[] = [];
  for (const kind of ['avatars', 'evidence']) {
    for await (const name of service().parts.objects.list(`${kind}/${account_id}/${user_id}`)) names.push(name);
  }
  return names;
}
const rowsWith = async (text: string): Promise<string[]> =>
  Object.entries(await everyRow(service().stores.database.superuserUrl))
    .filter(([, rows]) => rows.some((row) => row.includes(text)))
    .map(([table]) => table);

/** Somebody of whom the service holds everything, shown to all; with a colleague who decides about them and looks at them. */
async function somebody(over: Partial<CurrentUserContext> = {}) {
  const who = signedIn('VIEWER', over);
  const admin = signedIn('ADMIN', { account_id: who.account_id });
  const canary = `canary${randomUUID().slice(0, 8)}`;
  const joined = [await service().join(who), await service().join(admin)];
  const everything = {
    fields: { name: 'public', handle: 'public', bio: 'public', avatar: 'public' },
    searchable: true,
  };
  const document_id = (await sendDocument(who)).json.id as string;
  const said = { name: `Ada ${canary}`, handle: canary, bio: `${canary} says` };
  const done = [
    await call('PUT', '/users/profile', who, { body: said }),
    await call('PATCH', '/users/profile/privacy', who, { body: everything }),
    await call('PATCH', '/users/preferences', who, { body: { language: 'de' } }),
    await sendPicture(who),
    await call('POST', '/users/profile/verification', who, {
      body: { fields: ['name'], evidence: [{ type: 'document', document_id }] },
    }),
  ];
  for (const { status, text } of done) if (status >= 300) throw new Error(`a step answered ${status}: ${text}`);
  const seen = at(...joined, ...done.map(({ position }) => position));
  const reason = encodeURIComponent(`about ${canary}`);
  await call('GET', `/users/${who.user_id}/profile?reveal=true&reason=${reason}`, admin, seen);
  await service().reacted();
  const url = (done[3]!.json as unknown as Avatar).urls.webp['256'].replace('/api/v1', '');
  return { who, admin, canary, seen, url, verification_id: done[4]!.json.id as string };
}
type Full = Awaited<ReturnType<typeof somebody>>;

const publicOf = ({ who, seen }: Full) =>
  call('GET', `/public/accounts/${who.account_id}/profiles/${who.user_id}`, null, seen);
const ownReads = [
  ...['/users/profile', '/users/profile/privacy', '/users/profile/verification', '/users/profile/disclosures'],
  ...['/users/profile/history', '/users/preferences', '/users/preferences?explain=true', '/users/preferences/history'],
  ...['/users/profile/preview?as=public', '/users/profile/preview?as=account', '/users/preferences/theme'],
];

describe('a member whom an account erases', () => {
  let gone: Full;
  let removed: Record<string, number>;
  beforeAll(async () => {
    gone = await somebody();
    expect((await publicOf(gone)).status).toBe(200);
    expect(await rowsWith(gone.canary)).not.toEqual([]);
    expect(await objectsOf(gone.who)).toHaveLength(11);
    removed = await service().erase(ownerOf(gone.who));
    await service().leave(gone.who);
    await service().reacted();
  }, 180_000);

  it('is counted, kind by kind', () => {
    expect(removed).toEqual({ handles: 1, pictures: 10, documents: 1 });
  });

  it('stands in no row and no object', async () => {
    expect(await rowsWith(gone.canary)).toEqual([]);
    expect(await rowsWith(gone.who.user_id!)).toEqual([]);
    expect(await objectsOf(gone.who)).toEqual([]);
  });

  it('is unknown to everybody: members, the public, links to the picture, those who decide', async () => {
    const { who, admin, url, verification_id, canary } = gone;
    const unknown = [
      [await publicOf(gone), 'member-unknown'],
      [await call('GET', `/users/${who.user_id}/profile`, admin), 'member-unknown'],
      [await call('GET', `/users/${who.user_id}/avatar`, admin), 'avatar-unknown'],
      [await call('GET', url, null), 'avatar-unknown'],
      [await call('GET', `/profile-verifications/${verification_id}`, admin), 'verification-unknown'],
    ] as const;
    for (const [answer, code] of unknown) expect(codeOf(answer)).toEqual([404, code]);
    for (const path of ['/directory', `/directory?q=${canary}`, `/directory?q=@${canary}`, '/profile-verifications']) {
      const { status, text } = await call('GET', path, admin);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toContain(who.user_id);
    }
  });

  it('is answered with an empty document where a request of theirs was under way, and never with an error', async () => {
    for (const path of ownReads) {
      for (const process of [service().one, service().other]) {
        const { status, text } = await call('GET', path, gone.who, { at: process });
        expect([path, status]).toEqual([path, 200]);
        expect(text).not.toContain(gone.canary);
      }
    }
  });

  it.each([
    ['a profile', 'PATCH', '/users/profile', { name: 'Ada Again' }],
    ['a handle', 'PATCH', '/users/profile', { handle: 'again' }],
    ['a picture', 'POST', '/users/profile/avatar', 'picture'],
    ['a document', 'POST', '/users/profile/verification/documents', 'document'],
  ])('is refused %s for good', async (_what, method, path, body) => {
    const sent =
      body === 'picture' ? form(picture, 'image/png') : body === 'document' ? form(pdf, 'application/pdf') : body;
    expect(codeOf(await call(method, path, gone.who, { body: sent }))).toEqual([410, 'subject-erased']);
    expect(await objectsOf(gone.who)).toEqual([]);
  });

  it('leaves the handle to whoever wants it next, who keeps it', async () => {
    const taken = await call('PATCH', '/users/profile', gone.admin, { body: { handle: gone.canary } });
    expect(taken.status).toBe(200);
    expect(await service().erase(ownerOf(gone.who))).toEqual({ handles: 0, pictures: 0, documents: 0 });
    const id = service().parts.handleId(gone.admin.account_id!, gone.canary);
    const { state } = await service().parts.store.load(handles, id);
    expect(state).toMatchObject({ kind: 'claimed', user_id: gone.admin.user_id });
  });
});

describe('others', () => {
  it('in the same account, and the same person in another one, are as they were', async () => {
    const here = await somebody();
    const there = await somebody({ user_id: here.who.user_id! });
    const colleague = await somebody({ account_id: here.who.account_id! });
    await service().erase(ownerOf(here.who));
    for (const full of [there, colleague]) {
      expect((await publicOf(full)).json).toMatchObject({ name: `Ada ${full.canary}`, handle: full.canary });
      expect((await call('GET', full.url, null)).status).toBe(200);
      expect(await objectsOf(full.who)).toHaveLength(11);
      const { json } = await call('GET', `/directory?q=${full.canary}`, full.admin, full.seen);
      expect(json.data).toMatchObject([{ user_id: full.who.user_id }]);
    }
  }, 180_000);

  it('still read who was shown their profile when that one is erased', async () => {
    const { who, admin } = await somebody();
    await service().erase({ account_id: null, user_id: admin.user_id! }, ownerOf(admin));
    const { status, json } = await call('GET', '/users/profile/disclosures', who);
    expect([status, (json.data as object[])[0]]).toEqual([200, expect.objectContaining({ viewer_id: admin.user_id })]);
  }, 180_000);
});

describe('a person who is erased everywhere', () => {
  it('is out at once, before their memberships have ended', async () => {
    const full = await somebody();
    await service().erase({ account_id: null, user_id: full.who.user_id! });
    expect(codeOf(await publicOf(full))).toEqual([404, 'member-unknown']);
    const { json } = await call('GET', `/directory?q=${full.canary}`, full.admin);
    expect(json.data).toEqual([]);
  }, 180_000);
});

describe('an upload that is under way when its person is erased', () => {
  it('of a picture is waited for, and leaves nothing', async () => {
    const { who } = await somebody();
    const { parts } = service();
    const pictures = await cleanPicture(picture, 'image/png');
    const another = 'a'.repeat(64);
    let begun: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const putting = new Promise<void>((resolve) => (begun = resolve));
    const allowed = new Promise<void>((resolve) => (goOn = resolve));
    const asked = { commandId: uuidv7(), now: new Date().toISOString(), context: who };
    const upload = changeAvatar(
      parts,
      asked,
      (owner) => [{ type: 'AvatarChanged', data: { ...owner, avatar_id: another, updated_at: asked.now } }],
      async (owner) => {
        begun();
        await allowed;
        await putPictures(parts.objects, owner, { ...pictures, id: another });
      },
    );
    await putting;
    const erasing = service().erase(ownerOf(who));
    const isErased = () => erasureOf(parts.store, ownerOf(who)).then((erasure) => erasure !== null);
    await until('the person is erased while the picture is put in place', isErased);
    goOn();
    await expect(upload).rejects.toMatchObject({ code: 'subject-erased' });
    await erasing;
    await settleChanges(parts, 0);
    expect(await objectsOf(who)).toEqual([]);
  }, 180_000);

  it('of a document is waited for, and leaves nothing', async () => {
    const { who } = await somebody();
    const { parts } = service();
    const owner = ownerOf(who);
    let erasing: Promise<unknown> = Promise.resolve();
    await amongOthers(parts.pool, 'evidence', owner, async () => {
      await putEvidence(parts, owner, uuidv7(), pdf);
      erasing = service().erase(owner);
      await putEvidence(parts, owner, uuidv7(), pdf).catch(() => undefined);
    });
    await erasing;
    expect(await objectsOf(who)).toEqual([]);
  }, 180_000);
});

describe('an erasure that is cut off', () => {
  it('between two objects, or after a handle, goes on where it was', async () => {
    const { who } = await somebody();
    const { parts } = service();
    const owner = ownerOf(who);
    expect(await handlesOf(parts.pool, owner)).toHaveLength(1);
    const removeAll = parts.objects.removeAll.bind(parts.objects);
    let dies = true;
    parts.objects.removeAll = async (prefix) => {
      if (!dies) return removeAll(prefix);
      for await (const name of parts.objects.list(prefix)) {
        await parts.objects.remove(name);
        dies = false;
        throw new Error('killed');
      }
    };
    await expect(service().erase(owner)).rejects.toThrow('killed');
    parts.objects.removeAll = removeAll;
    expect(await objectsOf(who)).toHaveLength(10);
    expect(await service().erase(owner)).toMatchObject({ pictures: 9, documents: 1 });
    expect(await objectsOf(who)).toEqual([]);
    expect(await handlesOf(parts.pool, owner)).toEqual([]);
  }, 180_000);

  it('does not begin on a word alone', async () => {
    const { who } = await somebody();
    const [first] = profileErasers(service().parts);
    await expect(first!.remove(ownerOf(who))).rejects.toMatchObject({ code: 'not-erased' });
    const { state } = await service().parts.store.load(profile, streamOf(ownerOf(who)));
    expect(state.fields.handle).toBeDefined();
  }, 180_000);
});
