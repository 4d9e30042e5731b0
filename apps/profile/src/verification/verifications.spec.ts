import { apiKeyPrincipal } from '@annals/auth';
import { type CurrentUserContext, headers } from '@annals/contracts';
import { streamName, uuidv7 } from '@annals/event-store';
import { type Answered, signedIn } from '@annals/testing';
import { type ProfileService, testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const own = '/users/profile/verification';
const all = '/profile-verifications';
const statement = { type: 'statement', text: 'I am she, ask the registrar.' };
const adminOf = (who: CurrentUserContext) => signedIn('ADMIN', { account_id: who.account_id });
const codeOf = ({ status, json }: Answered) => [status, json.code];
const streamOf = (category: string, who: CurrentUserContext) =>
  streamName(category, `${who.account_id}_${who.user_id}`);

async function person(fields: object = { name: 'Ada Lovelace', date_of_birth: '1990-12-10' }) {
  const who = signedIn();
  await call('PUT', '/users/profile', who, { body: fields });
  return who;
}
const ask = (who: CurrentUserContext, fields = ['name'], extra: object = {}) =>
  call('POST', own, who, { body: { fields, evidence: [statement] }, ...extra });
/** Asks, and waits until those who decide find it. */
async function asked(who: CurrentUserContext, fields = ['name']) {
  const answer = await ask(who, fields);
  const id = answer.json.id as string;
  const seen = { [headers.minPosition]: answer.position };
  expect(codeOf(await call('GET', `${all}/${id}`, adminOf(who), seen))).toEqual([200, undefined]);
  return { id, seen };
}
const decide = (id: string, who: CurrentUserContext, body: object = { decision: 'approved' }, extra: object = {}) =>
  call('POST', `${all}/${id}/decision`, who, { body, ...extra });
async function eventsOf(category: string, who: CurrentUserContext): Promise<string[]> {
  const types: string[] = [];
  for await (const event of service().stores.store.readStream(streamOf(category, who))) types.push(event.type);
  return types;
}

describe('/users/profile/verification', () => {
  it('is nothing, then a request, then nothing that anybody decides about', async () => {
    const ada = await person();
    const before = await call('GET', own, ada);
    expect([before.status, before.json]).toEqual([200, expect.objectContaining({ status: 'none', id: null })]);
    const made = await ask(ada, ['name', 'date_of_birth']);
    expect([made.status, made.etag, made.position]).toEqual([201, '"0"', expect.stringMatching(/@verification$/)]);
    expect(made.json).toMatchObject({ status: 'requested', fields: ['name', 'date_of_birth'], evidence: [statement] });
    expect((await call('GET', own, ada)).json).toEqual(made.json);
    expect(codeOf(await ask(ada))).toEqual([409, 'verification-open']);
    expect((await call('DELETE', own, ada)).status).toBe(204);
    const after = await call('GET', own, ada);
    expect(after.json).toMatchObject({ status: 'withdrawn', evidence: [], documents: [] });
    expect((await call('DELETE', own, ada)).status).toBe(204);
    const seen = { [headers.minPosition]: made.position };
    const gone = await call('GET', `${all}/${made.json.id as string}`, adminOf(ada), seen);
    expect(gone.json).toMatchObject({ status: 'withdrawn', evidence: [] });
    expect(codeOf(await decide(made.json.id as string, adminOf(ada)))).toEqual([409, 'verification-decided']);
  });

  it('is one request for a repeated key, and refuses the key with another', async () => {
    const ada = await person();
    const key = { 'idempotency-key': 'ask-1-of-ada' };
    const [first, again] = [await ask(ada, ['name'], key), await ask(ada, ['name'], key)];
    expect([again.status, again.json, again.headers.get(headers.idempotencyReplayed)]).toEqual([
      201,
      first.json,
      'true',
    ]);
    expect((await ask(ada, ['date_of_birth'], key)).status).toBe(422);
    expect(await eventsOf('verification', ada)).toEqual(['VerificationRequested']);
  });

  it.each<[string, object, string, string]>([
    ['a field that is not set', { fields: ['website'] }, 'field-not-set', 'website'],
    ['no field', { fields: [] }, 'body-invalid', 'fields'],
    ['a field twice', { fields: ['name', 'name'] }, 'body-invalid', 'fields'],
    ['a field that nothing can show', { fields: ['bio'] }, 'body-invalid', 'fields.0'],
    ['no evidence', { evidence: [] }, 'body-invalid', 'evidence'],
    [
      'a document that is not there',
      { evidence: [{ type: 'document', document_id: uuidv7() }] },
      'evidence-unknown',
      'evidence',
    ],
    [
      'a link that runs',
      { evidence: [{ type: 'link', url: 'javascript:alert(1)' }] },
      'body-invalid',
      'evidence.0.url',
    ],
    ['more than is asked', { evidence: [{ ...statement, by: 'me' }] }, 'body-invalid', 'evidence.0.by'],
  ])('is not asked for with %s', async (_, over, code, path) => {
    const ada = await person();
    const answer = await call('POST', own, ada, { body: { fields: ['name'], evidence: [statement], ...over } });
    expect(codeOf(answer)).toEqual([400, code]);
    expect(answer.json.errors).toEqual([expect.objectContaining({ path })]);
  });

  it('is one of many that are asked for at once', async () => {
    const ada = await person();
    const at = [service().one, service().other];
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(ada, ['name'], { at: at[n % 2] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    expect(await eventsOf('verification', ada)).toEqual(['VerificationRequested']);
  });

  it('minds If-Match, and has nothing to withdraw where nothing is open', async () => {
    const ada = await person();
    expect(codeOf(await call('DELETE', own, ada))).toEqual([409, 'verification-not-open']);
    await ask(ada);
    expect((await call('DELETE', own, ada, { 'if-match': '"7"' })).status).toBe(412);
    expect((await call('DELETE', own, ada, { 'if-match': (await call('GET', own, ada)).etag })).status).toBe(204);
  });

  it('says when the profile has changed since, also to who has an older answer', async () => {
    const ada = await person();
    await ask(ada);
    const before = await call('GET', own, ada);
    expect((await call('GET', own, ada, { 'if-none-match': before.etag })).status).toBe(304);
    await call('PATCH', '/users/profile', ada, { body: { name: 'Ada L.' } });
    const after = await call('GET', own, ada, { 'if-none-match': before.etag });
    expect([after.status, after.json.outdated]).toEqual([200, ['name']]);
  });

  it('keeps nothing that was said in clear', async () => {
    const ada = await person();
    await ask(ada);
    for await (const event of service().stores.store.readStream(streamOf('verification', ada), { open: false })) {
      expect(JSON.stringify(event.data)).not.toMatch(/registrar|statement/);
      expect(event.data.fingerprints).toEqual({ sealed: expect.any(String) as string });
    }
  });
});

describe('a decision', () => {
  it('gives a badge for fields that are as they were asked about, to everybody who may see the field', async () => {
    const ada = await person();
    const joined = await service().join(ada);
    const { id, seen } = await asked(ada, ['name', 'date_of_birth']);
    const admin = adminOf(ada);
    const made = await decide(id, admin, { decision: 'approved', reason: 'Seen the passport.' }, seen);
    expect([made.status, made.json]).toEqual([
      200,
      expect.objectContaining({ id, user_id: ada.user_id, status: 'approved', decided_by_id: admin.user_id }),
    ]);
    expect(made.position).toMatch(/@verification,.*@profile$/);
    const { verified } = (await call('GET', '/users/profile', ada)).json as { verified: { verified_at: string } };
    expect(verified).toEqual({ fields: ['name', 'date_of_birth'], verified_at: made.json.decided_at });
    const profileSeen = { [headers.minPosition]: `${made.position},${joined}` };
    const byColleague = await call('GET', `/users/${ada.user_id}/profile`, adminOf(ada), profileSeen);
    expect(byColleague.json.verified).toEqual({ fields: ['name'], verified_at: made.json.decided_at });
    await call('PATCH', '/users/profile/privacy', ada, { body: { fields: { name: 'private' } } });
    const hidden = await call('GET', `/users/${ada.user_id}/profile`, adminOf(ada), profileSeen);
    expect(hidden.json.verified).toBeNull();
    expect((await call('GET', own, ada)).json).toMatchObject({ status: 'approved', reason: 'Seen the passport.' });
  });

  it('may be no, with a reason; then the person may ask again', async () => {
    const ada = await person();
    const { id } = await asked(ada);
    expect(codeOf(await decide(id, adminOf(ada), { decision: 'rejected' }))).toEqual([400, 'body-invalid']);
    const no = { decision: 'rejected', reason: 'The picture is blurred.' };
    expect((await decide(id, adminOf(ada), no)).json).toMatchObject({ status: 'rejected' });
    expect((await call('GET', own, ada)).json).toMatchObject({ status: 'rejected', reason: no.reason });
    expect((await call('GET', '/users/profile', ada)).json.verified).toBeNull();
    expect(codeOf(await decide(id, adminOf(ada)))).toEqual([409, 'verification-decided']);
    expect((await ask(ada)).status).toBe(201);
  });

  it('is refused about oneself, about what has changed, over what was not seen, and about what is unknown', async () => {
    const ada = await person();
    const { id } = await asked(ada);
    const asAdmin = { ...adminOf(ada), user_id: ada.user_id };
    expect(codeOf(await decide(id, asAdmin))).toEqual([403, 'own-verification']);
    expect(codeOf(await decide(id, adminOf(ada), undefined, { 'if-match': '"9"' }))).toEqual([412, 'stale-revision']);
    expect(codeOf(await decide(uuidv7(), adminOf(ada)))).toEqual([404, 'verification-unknown']);
    await call('PATCH', '/users/profile', ada, { body: { name: 'Eve' } });
    expect(codeOf(await decide(id, adminOf(ada)))).toEqual([409, 'verification-outdated']);
    const seen = await call('GET', `${all}/${id}`, adminOf(ada));
    expect(seen.json).toMatchObject({ status: 'requested', outdated: ['name'], values: {} });
    expect(seen.text).not.toContain('Eve');
    await call('PATCH', '/users/profile', ada, { body: { name: 'Ada Lovelace' } });
    expect((await decide(id, adminOf(ada), undefined, { 'if-match': seen.etag })).status).toBe(200);
  });

  it('is made once by many who decide at once', async () => {
    const ada = await person();
    const { id } = await asked(ada);
    const no = { decision: 'rejected', reason: 'No.' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => {
        const at = n % 2 === 0 ? service().one : service().other;
        return decide(id, adminOf(ada), n % 3 === 0 ? no : undefined, { at });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    const decided = (await eventsOf('verification', ada)).filter((type) => /Approved|Rejected/.test(type));
    expect(decided).toHaveLength(1);
  });

  it('takes effect once for a repeated key', async () => {
    const ada = await person();
    const { id } = await asked(ada);
    const [admin, key] = [adminOf(ada), { 'idempotency-key': 'decide-1-of-ada' }];
    const first = await decide(id, admin, undefined, key);
    const again = await decide(id, admin, undefined, key);
    expect([again.status, again.json]).toEqual([200, first.json]);
    expect((await eventsOf('profile', ada)).filter((type) => type === 'ProfileVerified')).toHaveLength(1);
  });

  it('adds to what an earlier one found, as long as that holds', async () => {
    const ada = await person({ name: 'Ada', website: 'https://ada.example/' });
    await decide((await asked(ada, ['name'])).id, adminOf(ada));
    await decide((await asked(ada, ['website'])).id, adminOf(ada));
    const { verified } = (await call('GET', '/users/profile', ada)).json;
    expect(verified).toMatchObject({ fields: ['name', 'website'] });
  });
});

describe('a badge', () => {
  it('ends with the change of a field it speaks of, and the verification with it; others change nothing', async () => {
    const ada = await person();
    await decide((await asked(ada)).id, adminOf(ada));
    await call('PATCH', '/users/profile', ada, { body: { bio: 'Countess' } });
    expect((await call('GET', '/users/profile', ada)).json.verified).toMatchObject({ fields: ['name'] });
    const changed = await call('PATCH', '/users/profile', ada, { body: { name: 'Eve' } });
    expect(changed.json.verified).toBeNull();
    expect((await call('GET', own, ada)).json).toMatchObject({ status: 'lapsed', outdated: ['name'] });
    // Back as it was: what has ended stays ended.
    await call('PATCH', '/users/profile', ada, { body: { name: 'Ada Lovelace' } });
    await service().reacted();
    expect(await eventsOf('verification', ada)).toContain('VerificationLapsed');
    expect((await call('GET', own, ada)).json).toMatchObject({ status: 'lapsed' });
    expect((await call('GET', '/users/profile', ada)).json.verified).toBeNull();
  });
});

describe('/profile-verifications', () => {
  it('is for those who manage all users of the account, who leave a trace of what they looked at', async () => {
    const ada = await person();
    const { id, seen } = await asked(ada);
    const manager = signedIn('MANAGER', { account_id: ada.account_id });
    for (const path of [all, `${all}/${id}`, `${all}/${id}/documents/${uuidv7()}`]) {
      expect(codeOf(await call('GET', path, manager, seen))).toEqual([403, 'permission-required']);
    }
    expect(codeOf(await decide(id, manager))).toEqual([403, 'permission-required']);
    const before = await eventsOf('review', ada);
    const shown = await call('GET', `${all}/${id}`, adminOf(ada));
    expect(shown.json).toMatchObject({ values: { name: 'Ada Lovelace' }, evidence: [statement], documents: [] });
    expect(Object.keys(shown.json.values as object)).toEqual(['name']);
    expect(await eventsOf('review', ada)).toEqual([...before, 'VerificationReviewed']);
    await call('GET', all, adminOf(ada));
    expect(await eventsOf('review', ada)).toHaveLength(before.length + 1);
  });

  it('is for people: an API key with all rights looks at nothing and decides nothing', async () => {
    const ada = await person();
    const { id } = await asked(ada);
    const key = {
      ...adminOf(ada),
      kind: 'service',
      user_id: null,
      principal: apiKeyPrincipal(uuidv7()),
      session_id: null,
    } as const;
    for (const answer of [await call('GET', `${all}/${id}`, key), await call('GET', all, key), await decide(id, key)]) {
      expect(codeOf(answer)).toEqual([403, 'person-unknown']);
    }
  });

  it('shows another account nothing, not even that there is something, with identical ids', async () => {
    const ada = await person();
    const twin = signedIn('VIEWER', { user_id: ada.user_id });
    await call('PUT', '/users/profile', twin, { body: { name: 'Twin' } });
    const { id, seen } = await asked(ada);
    const stranger = adminOf(twin);
    const foreign = await call('GET', `${all}/${id}`, stranger, seen);
    const unknown = await call('GET', `${all}/${uuidv7()}`, stranger);
    expect(codeOf(foreign)).toEqual([404, 'verification-unknown']);
    expect(foreign.json.message).toBe(unknown.json.message);
    expect(codeOf(await decide(id, stranger))).toEqual([404, 'verification-unknown']);
    expect((await call('GET', all, stranger, seen)).json.data).toEqual([]);
    expect((await call('GET', own, twin)).json.status).toBe('none');
    await decide(id, adminOf(ada));
    expect((await call('GET', '/users/profile', twin)).json.verified).toBeNull();
  });

  it('goes through all, page by page, each person once, in either order and by status', async () => {
    const first = await person();
    const admin = adminOf(first);
    const people = [first, ...Array.from({ length: 6 }, () => signedIn('VIEWER', { account_id: first.account_id }))];
    let position = '';
    const ids: string[] = [];
    for (const who of people) {
      await call('PUT', '/users/profile', who, { body: { name: 'Somebody' } });
      const answer = await ask(who);
      ids.push(answer.json.id as string);
      position = answer.position;
    }
    await call('GET', all, admin, { [headers.minPosition]: position });
    position = (await decide(ids[2]!, admin)).position;
    async function walk(query: string) {
      const pages: string[][] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const path = `${all}?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const { json } = await call('GET', path, admin, { [headers.minPosition]: position });
        const { data, meta } = json as { data: { id: string }[]; meta: { next_cursor: string | null } };
        pages.push(data.map(({ id }) => id));
        cursor = meta.next_cursor;
      }
      return pages;
    }
    expect((await walk('limit=3&sort_order=asc')).map((page) => page.length)).toEqual([3, 3, 1]);
    expect((await walk('limit=3&sort_order=asc')).flat()).toEqual(ids);
    expect((await walk('limit=2')).flat()).toEqual([...ids].reverse());
    expect((await walk('status=approved')).flat()).toEqual([ids[2]]);
    expect((await walk('status=requested&limit=4')).flat()).toHaveLength(6);
    const { meta } = (await call('GET', `${all}?limit=2`, admin)).json as { meta: { next_cursor: string } };
    const cursor = `cursor=${meta.next_cursor}`;
    for (const [query, who] of [
      [`limit=2&sort_order=asc&${cursor}`, admin],
      [`limit=2&status=approved&${cursor}`, admin],
      [`limit=2&${cursor}`, adminOf(signedIn())],
      ['cursor=abc', admin],
    ] as const) {
      expect(codeOf(await call('GET', `${all}?${query}`, who))).toEqual([400, 'cursor-invalid']);
    }
  });
});
