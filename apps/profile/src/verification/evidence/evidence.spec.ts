import { serviceIdentity } from '@annals/auth';
import { type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import { type Answered, signedIn } from '@annals/testing';
import { streamOf } from '../../owner.js';
import { type ProfileService, testProfileService } from '../../testing/profile-service.js';
import { notePending } from './pending-evidence.js';
import { evidenceName, evidenceOf, putEvidence } from './stored-evidence.js';
import { sweepEvidence } from './sweep-evidence.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const own = '/users/profile/verification';
const all = '/profile-verifications';
const adminOf = (who: CurrentUserContext) => signedIn('ADMIN', { account_id: who.account_id });
const codeOf = ({ status, json }: Answered) => [status, json.code];
const ownerOf = ({ account_id, user_id }: CurrentUserContext) => ({ account_id: account_id!, user_id: user_id! });

const pdf = Buffer.from('%PDF-1.7\nThe passport of Ada Lovelace\n%%EOF\n');
function form(content: Buffer, type = 'application/pdf', field = 'file'): FormData {
  const body = new FormData();
  body.append(field, new Blob([new Uint8Array(content)], { type }), '../../passport.pdf');
  return body;
}
const upload = (who: CurrentUserContext, content: Buffer = pdf, type?: string, extra: object = {}) =>
  call('POST', `${own}/documents`, who, { body: form(content, type), ...extra });

async function person(): Promise<CurrentUserContext> {
  const who = signedIn();
  await call('PUT', '/users/profile', who, { body: { name: 'Ada Lovelace' } });
  return who;
}
/** A person whose request names a document. */
async function asked() {
  const who = await person();
  const document_id = (await upload(who)).json.id as string;
  const evidence = [
    { type: 'document', document_id },
    { type: 'statement', text: 'My passport.' },
  ];
  const answer = await call('POST', own, who, { body: { fields: ['name'], evidence } });
  const [id, admin] = [answer.json.id as string, adminOf(who)];
  const shown = await call('GET', `${all}/${id}`, admin, { [headers.minPosition]: answer.position });
  expect(shown.json.documents).toMatchObject([{ id: document_id }]);
  const download = (by = admin) => call('GET', `${all}/${id}/documents/${document_id}`, by);
  const decide = (body: object = { decision: 'approved' }) => call('POST', `${all}/${id}/decision`, admin, { body });
  return { who, id, document_id, admin, download, decide };
}
const isKept = (who: CurrentUserContext, id: string) => service().parts.objects.exists(evidenceName(ownerOf(who), id));

const dayMs = 24 * 60 * 60 * 1000;
/** What the sweeper does when that many days have passed; it works on what the view tells. */
async function sweepAfter(days: number, seen: Answered, who: CurrentUserContext, objects?: Objects): Promise<void> {
  await call('GET', all, adminOf(who), { [headers.minPosition]: seen.position });
  const { store, pool, objects: present } = service().parts;
  const now = new Date(Date.now() + days * dayMs).toISOString();
  await sweepEvidence({ store, pool, objects: objects ?? present, days: 30 }, now);
  // It writes past what the process holds in memory.
  await service().followed();
}

describe('a document', () => {
  it.each<[string, Buffer]>([
    ['application/pdf', pdf],
    ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
    ['image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1])],
    ['image/webp', Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1')],
  ])('of %s is taken for what it is, whatever it is declared to be', async (media_type, content) => {
    const ada = await person();
    const { status, json } = await upload(ada, content, 'image/png');
    expect([status, json]).toEqual([201, expect.objectContaining({ media_type, bytes: content.length })]);
    expect((await call('GET', own, ada)).json.documents).toEqual([json]);
  });

  it.each<[string, number, string, () => FormData | object]>([
    ['that is a page', 415, 'evidence-type-unsupported', () => form(Buffer.from('<html><script>'))],
    ['that is sound in a RIFF', 415, 'evidence-type-unsupported', () => form(Buffer.from('RIFF\x10\0\0\0WAVEfmt '))],
    ['declared as something else', 415, 'file-type-unsupported', () => form(pdf, 'image/svg+xml')],
    ['that is empty', 400, 'file-empty', () => form(Buffer.alloc(0))],
    ['in another part', 400, 'part-unexpected', () => form(pdf, 'application/pdf', 'other')],
    ['as JSON', 415, 'content-type-unsupported', () => ({ file: 'x' })],
    ['of more than 5 MB', 413, 'file-too-large', () => form(Buffer.concat([pdf, Buffer.alloc(5 * 1024 * 1024)]))],
  ])('%s is refused, and nothing of it stays', async (_, status, code, body) => {
    const ada = await person();
    expect(codeOf(await call('POST', `${own}/documents`, ada, { body: body() }))).toEqual([status, code]);
    expect((await call('GET', own, ada)).json.documents).toEqual([]);
    for await (const name of service().parts.objects.list(`evidence/${ada.account_id}/${ada.user_id}`)) {
      throw new Error(`${name} was left behind`);
    }
  });

  it('lies encrypted, bound to its place and person', async () => {
    const ada = await person();
    const { id } = (await upload(ada)).json as { id: string };
    const { objects } = service().parts;
    const stored = await objects.get(evidenceName(ownerOf(ada), id));
    expect(stored.includes('Lovelace')).toBe(false);
  });

  it('is one document for a repeated key, and another file under the key changes nothing', async () => {
    const ada = await person();
    const key = { 'idempotency-key': 'upload-1-of-ada' };
    const first = await upload(ada, pdf, undefined, key);
    const again = await upload(ada, pdf, undefined, key);
    expect([again.status, again.json]).toEqual([201, first.json]);
    expect((await upload(ada, Buffer.concat([pdf, pdf]), undefined, key)).status).toBe(422);
    expect((await call('GET', own, ada)).json.documents).toEqual([first.json]);
  });

  it('is deleted with its bytes by its person alone, unless an open request names it', async () => {
    const { who, document_id, decide } = await asked();
    const path = `${own}/documents/${document_id}`;
    expect(codeOf(await call('DELETE', path, who))).toEqual([409, 'document-in-review']);
    const twin = signedIn('VIEWER', { user_id: who.user_id });
    for (const other of [signedIn('VIEWER', { account_id: who.account_id }), twin]) {
      expect(codeOf(await call('DELETE', path, other))).toEqual([404, 'document-unknown']);
    }
    await decide();
    expect((await call('DELETE', path, who)).status).toBe(204);
    expect(await isKept(who, document_id)).toBe(false);
    expect(codeOf(await call('DELETE', path, who))).toEqual([404, 'document-unknown']);
  });

  it('is handed out to who decides, to be saved and not shown, and after it was written down', async () => {
    const { who, download, document_id } = await asked();
    const { status, text, headers: head } = await download();
    expect([status, text]).toEqual([200, pdf.toString()]);
    expect(Object.fromEntries(head)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="evidence-${document_id}.pdf"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/sandbox$/) as string,
      'cache-control': 'no-store',
    });
    const seen: unknown[] = [];
    const stream = `review-${who.account_id}_${who.user_id}`;
    for await (const { data } of service().stores.store.readStream(stream)) seen.push(data.document_id);
    expect(seen.at(-1)).toBe(document_id);
  });

  it('is not handed out to others, under another verification, or before it is evidence', async () => {
    const { who, id, admin, download } = await asked();
    const loose = (await upload(who)).json.id as string;
    expect(codeOf(await call('GET', `${all}/${id}/documents/${loose}`, admin))).toEqual([404, 'document-unknown']);
    expect(codeOf(await download(adminOf(signedIn())))).toEqual([404, 'verification-unknown']);
    expect((await download(signedIn('MANAGER', { account_id: who.account_id }))).status).toBe(403);
  });
});

describe('evidence', () => {
  it('is deleted at once when the request is withdrawn', async () => {
    const { who, document_id, download } = await asked();
    await call('DELETE', own, who);
    expect(await isKept(who, document_id)).toBe(false);
    expect((await call('GET', own, who)).json).toMatchObject({ evidence: [], documents: [] });
    expect(codeOf(await download())).toEqual([404, 'document-unknown']);
  });

  it('is deleted thirty days after the decision, what was said as well as documents', async () => {
    const { who, id, admin, document_id, decide, download } = await asked();
    const decided = await decide();
    await sweepAfter(29, decided, who);
    expect((await download()).status).toBe(200);
    await sweepAfter(31, decided, who);
    expect(await isKept(who, document_id)).toBe(false);
    const after = await call('GET', `${all}/${id}`, admin);
    expect(after.json).toMatchObject({ status: 'approved', evidence: [], documents: [] });
    expect((await call('GET', '/users/profile', who)).json.verified).toMatchObject({ fields: ['name'] });
    const { etag } = await call('GET', own, who);
    await sweepAfter(365, decided, who);
    expect((await call('GET', own, who)).etag).toBe(etag);
  });

  it('is kept of somebody under a legal hold until it is released', async () => {
    const { who, document_id, decide } = await asked();
    const decided = await decide();
    const happens = (type: string, data: object) =>
      service().parts.store.execute({ category: 'hold', initial: null, evolve: () => null }, streamOf(ownerOf(who)), {
        ...{ id: uuidv7(), context: who, now: new Date().toISOString() },
        decide: () => [{ type, data: { ...ownerOf(who), ...data } }],
      });
    const at = '2026-03-01T12:00:00.000Z';
    await happens('LegalHoldPlaced', { reason: 'Proceedings', placed_by_id: who.user_id, until: null, placed_at: at });
    await sweepAfter(31, decided, who);
    expect(await isKept(who, document_id)).toBe(true);
    await happens('LegalHoldReleased', { released_by_id: who.user_id, released_at: at });
    await sweepAfter(31, decided, who);
    expect(await isKept(who, document_id)).toBe(false);
  });

  it('is kept while nobody has decided, however long that takes', async () => {
    const { who, document_id } = await asked();
    await sweepAfter(365, await call('GET', own, who), who);
    expect(await isKept(who, document_id)).toBe(true);
  });

  it('that was never used is deleted too', async () => {
    const ada = await person();
    const added = await upload(ada);
    await sweepAfter(31, added, ada);
    expect(await isKept(ada, added.json.id as string)).toBe(false);
    expect((await call('GET', own, ada)).json.documents).toEqual([]);
  });

  it('of an upload that fell before its fact is deleted after an hour; what became a fact stays', async () => {
    const ada = await person();
    const { pool } = service().parts;
    const [known, lost] = [(await upload(ada)).json.id as string, uuidv7()];
    await putEvidence(service().parts, ownerOf(ada), lost, pdf);
    for (const id of [known, lost]) await notePending(pool, evidenceName(ownerOf(ada), id), new Date().toISOString());
    const seen = await call('GET', own, ada);
    await sweepAfter(0, seen, ada);
    expect([await isKept(ada, known), await isKept(ada, lost)]).toEqual([true, true]);
    await sweepAfter(1 / 23, seen, ada);
    expect([await isKept(ada, known), await isKept(ada, lost)]).toEqual([true, false]);
    expect((await pool.query('select from pending_evidence where name like $1', [`%${ada.user_id}%`])).rowCount).toBe(
      0,
    );
  });

  it('has its bytes removed by the reactor when whoever deleted it fell', async () => {
    const { who, document_id, decide } = await asked();
    const decided = await decide();
    // A sweeper that falls between the fact and the bytes.
    const falls = { ...service().parts.objects, remove: () => Promise.reject(new Error('fell')) };
    await expect(sweepAfter(31, decided, who, falls)).rejects.toThrow('fell');
    await service().reacted();
    expect(await isKept(who, document_id)).toBe(false);
  });

  it('cannot be read by anybody once the person was erased', async () => {
    const { who, download } = await asked();
    await service().stores.keys.destroy(who.user_id!);
    for (const { store } of [service().stores, service().parts]) store.forget(who.user_id);
    expect([404, 410]).toContain((await download()).status);
    await expect(upload(who)).resolves.toMatchObject({ status: 410 });
  });

  it('lies under a name that tells whose it is', () => {
    const [owner, documentId] = [{ account_id: uuidv7(), user_id: uuidv7() }, uuidv7()];
    expect(evidenceOf(evidenceName(owner, documentId))).toEqual({ owner, documentId });
  });
});

describe('a document taken along in an export', () => {
  const taken = (who: CurrentUserContext, id: string) =>
    service().one.asExport('GET', `/internal/evidence/${id}`, serviceIdentity('svc:export', whoseOf(who)));
  const whoseOf = ({ account_id, user_id }: CurrentUserContext) => ({ accountId: account_id!, userId: user_id! });

  it('is given to the service that exports, on behalf of its person in its account, and to nobody else', async () => {
    const { who, document_id } = await asked();
    const { status, text } = await taken(who, document_id);
    expect([status, text]).toEqual([200, pdf.toString()]);
    const twin = { ...who, account_id: (await person()).account_id };
    expect(codeOf(await taken(twin, document_id))).toEqual([404, 'document-unknown']);
    expect(codeOf(await taken(await person(), document_id))).toEqual([404, 'document-unknown']);
    expect((await call('GET', `/internal/evidence/${document_id}`, who)).status).toBe(404);
  });

  it('is none when its bytes have gone, or it never was', async () => {
    const { who, document_id } = await asked();
    await service().parts.objects.remove(evidenceName(ownerOf(who), document_id));
    expect(codeOf(await taken(who, document_id))).toEqual([404, 'document-unknown']);
    expect(codeOf(await taken(who, who.user_id!))).toEqual([404, 'document-unknown']);
  });
});
