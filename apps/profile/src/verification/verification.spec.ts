import type { DomainEvent, VerifiableField, VerificationEvidence } from '@annals/contracts';
import { erased } from '@annals/event-store';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import type { ProfileFields } from '../profile/profile.js';
import { type Decide, decideVerification } from './decide-verification.js';
import { addDocument } from './evidence/add-document.js';
import { expireEvidence } from './evidence/expire-evidence.js';
import { removeDocument } from './evidence/remove-document.js';
import { fingerprintsOf, outdated } from './fingerprints.js';
import { lapseVerification } from './give-badge.js';
import { requestVerification } from './request-verification.js';
import { verifications } from './verification.js';
import { withdrawVerification } from './withdraw-verification.js';

const id = (end: string) => `018f0000-0000-7000-8000-0000000000${end}`;
const owner = { account_id: id('0a'), user_id: id('b1') };
const verification_id = id('e1');
const now = '2026-03-01T12:00:00.000Z';
const daysLater = (days: number) => new Date(Date.parse(now) + days * 86_400_000).toISOString();
const present: ProfileFields = { name: 'Ada', date_of_birth: '1990-12-10', bio: 'Analyst' };
const statement: VerificationEvidence = { type: 'statement', text: 'I am she.' };
const passport: VerificationEvidence = { type: 'document', document_id: id('d1') };

const about = (type: string, data: object = {}): DomainEvent => ({
  type,
  data: { ...owner, verification_id, ...data, updated_at: now },
});
const requested = (fields: VerifiableField[] = ['name'], evidence: VerificationEvidence[] = [statement]) =>
  about('VerificationRequested', { fields, fingerprints: fingerprintsOf(verification_id, fields, present), evidence });
const decided = (type: string, reason: string | null = null) => about(type, { decided_by_id: id('b2'), reason });
const approved = decided('VerificationApproved');
const rejected = decided('VerificationRejected', 'Cannot be read.');
const lapsed = about('VerificationLapsed', { changed: ['name'] });
const withdrawn = about('VerificationWithdrawn', { reason: 'withdrawn' });
const expired = about('VerificationEvidenceExpired');
const document = (type: string, document_id: unknown, data: object = {}): DomainEvent => ({
  ...{ type, data: { ...owner, document_id, ...data, updated_at: now } },
});
const added = (document_id: unknown = id('d1')) =>
  document('VerificationDocumentAdded', document_id, { media_type: 'image/png', bytes: 9 });
const removed = (why: string, document_id = id('d1')) => document('VerificationDocumentRemoved', document_id, { why });

describe('asking for verification', () => {
  const decider = { ...verifications, decide: requestVerification };
  const { given } = deciderSpec(decider);
  const ask = (fields: VerifiableField[], evidence: VerificationEvidence[] = [statement]) => ({
    ...{ ...owner, verification_id, fields, evidence, present, now },
  });

  it('says what is to be found true, with fingerprints of the values and not with the values', () => {
    given([])
      .when(ask(['name', 'date_of_birth']))
      .then([requested(['name', 'date_of_birth'])]);
    expect(JSON.stringify(requested().data.fingerprints)).not.toContain('Ada');
  });

  it.each([
    ['withdrawn', withdrawn],
    ['rejected', rejected],
    ['approved', approved],
  ])('is possible again when the last request was %s', (_, end) =>
    given([requested(), end])
      .when({ ...ask(['name']), verification_id: id('e2') })
      .then([
        expect.objectContaining({ data: expect.objectContaining({ verification_id: id('e2') }) as object }) as never,
      ]),
  );

  it('is refused while a request is open, for what is not set, and with a document that is not there', () => {
    given([requested()])
      .when({ ...ask(['name']), verification_id: id('e2') })
      .thenRefuses('verification-open');
    given([])
      .when(ask(['website']))
      .thenRefuses('field-not-set');
    given([])
      .when(ask(['name'], [passport]))
      .thenRefuses('evidence-unknown');
    given([added(), removed('removed')])
      .when(ask(['name'], [passport]))
      .thenRefuses('evidence-unknown');
    given([added()])
      .when(ask(['name'], [passport]))
      .then([requested(['name'], [passport])]);
  });
});

describe('taking a request back', () => {
  const { given } = deciderSpec({ ...verifications, decide: withdrawVerification });
  const withdraw = { ...owner, reason: 'withdrawn', now } as const;

  it('ends it together with its documents, and keeps those it does not name', () =>
    given([added(), added(id('d2')), requested(['name'], [statement, passport])])
      .when(withdraw)
      .then([withdrawn, removed('withdrawn')]));

  it('happens once, and not to what is decided', () => {
    given([requested(), withdrawn]).when(withdraw).thenNothing();
    given([requested(), approved]).when(withdraw).thenRefuses('verification-not-open');
    given([]).when(withdraw).thenRefuses('verification-not-open');
  });
});

describe('deciding', () => {
  const { given } = deciderSpec({ ...verifications, decide: decideVerification });
  const decide = (over: Partial<Decide>): Decide => ({
    ...{ ...owner, verification_id, decided_by_id: id('b2'), changed: [], now },
    ...{ verdict: { decision: 'approved' }, ...over },
  });

  it('approves, or rejects with a reason', () => {
    given([requested()]).when(decide({})).then([approved]);
    given([requested()])
      .when(decide({ verdict: { decision: 'rejected', reason: 'Cannot be read.' } }))
      .then([rejected]);
  });

  it('is nobody’s about themselves', () =>
    given([requested()])
      .when(decide({ decided_by_id: owner.user_id }))
      .thenRefuses('own-verification'));

  it('approves nothing that has changed since, but may reject it', () => {
    given([requested()])
      .when(decide({ changed: ['name'] }))
      .thenRefuses('verification-outdated');
    given([requested()])
      .when(decide({ changed: ['name'], verdict: { decision: 'rejected', reason: 'Cannot be read.' } }))
      .then([rejected]);
  });

  it.each([
    ['withdrawn', withdrawn],
    ['approved', approved],
    ['rejected', rejected],
  ])('happens to an open request, not to one that was %s', (_, end) =>
    given([requested(), end]).when(decide({})).thenRefuses('verification-decided'),
  );

  it('is about the request that was looked at', () => {
    given([requested()])
      .when(decide({ verification_id: id('e2') }))
      .thenRefuses('verification-unknown');
    given([]).when(decide({})).thenRefuses('verification-unknown');
  });
});

describe('a lapse', () => {
  const { given } = deciderSpec({ ...verifications, decide: lapseVerification });
  const lapse = { ...owner, verification_id, changed: ['name' as const], now };

  it('ends what was approved, and nothing else', () => {
    given([requested(), approved]).when(lapse).then([lapsed]);
    given([requested(), approved, lapsed]).when(lapse).thenNothing();
    given([requested()]).when(lapse).thenNothing();
    given([requested(), approved])
      .when({ ...lapse, verification_id: id('e2') })
      .thenNothing();
  });
});

describe('documents', () => {
  const adding = deciderSpec({ ...verifications, decide: addDocument });
  const removing = deciderSpec({ ...verifications, decide: removeDocument });
  const add = { ...owner, document_id: id('d1'), media_type: 'image/png' as const, bytes: 9, now };
  const remove = { ...owner, document_id: id('d1'), now };

  it('are added up to ten', () => {
    adding.given([]).when(add).then([added()]);
    adding.given([added()]).when(add).thenNothing();
    const ten = Array.from({ length: 10 }, (_, n) => added(id(`a${n}`)));
    adding.given(ten).when(add).thenRefuses('too-many-documents');
    adding
      .given([...ten, removed('removed', id('a3'))])
      .when(add)
      .then([added()]);
  });

  it('are removed unless an open request names them', () => {
    removing
      .given([added()])
      .when(remove)
      .then([removed('removed')]);
    removing.given([]).when(remove).thenRefuses('document-unknown');
    const open = [added(), requested(['name'], [passport])];
    removing.given(open).when(remove).thenRefuses('document-in-review');
    removing
      .given([...open, approved])
      .when(remove)
      .then([removed('removed')]);
  });

  it('are nothing that is known after the erasure of their person', () =>
    removing
      .given([added(erased)])
      .when(remove)
      .thenRefuses('document-unknown'));
});

describe('evidence', () => {
  const { given } = deciderSpec({ ...verifications, decide: expireEvidence });
  const after = (days: number) => ({ ...owner, days: 30, now: daysLater(days) });
  const later = (event: DomainEvent, days: number) => ({
    ...event,
    data: { ...event.data, updated_at: daysLater(days) },
  });
  const request = [added(), requested(['name'], [statement, passport])];

  it('is deleted thirty days after the decision, and not a moment before', () => {
    given([...request, approved])
      .when({ ...after(30), now: new Date(Date.parse(daysLater(30)) - 1).toISOString() })
      .thenNothing();
    given([...request, approved])
      .when(after(30))
      .then([later(expired, 30), later(removed('expired'), 30)]);
    given([...request, approved, expired, removed('expired')])
      .when(after(31))
      .thenNothing();
  });

  it('is kept for as long as a request is open, and is long over thirty days after a late decision', () => {
    given(request).when(after(365)).thenNothing();
    given([...request, later(rejected, 365)])
      .when(after(394))
      .thenNothing();
    given([...request, later(rejected, 365)])
      .when(after(395))
      .then([later(expired, 395), later(removed('expired'), 395)]);
  });

  it('that was never used goes as well', () =>
    given([added()])
      .when(after(30))
      .then([later(removed('expired'), 30)]));
});

describe('fingerprints', () => {
  const asked = (fields: VerifiableField[], then: ProfileFields) => ({
    ...{ verification_id, fields, fingerprints: fingerprintsOf(verification_id, fields, then) },
  });

  it('tell which fields are not what they were: changed, removed or erased', () => {
    const seen = asked(['name', 'date_of_birth'], present);
    expect(outdated(seen, { ...present, bio: 'Countess' })).toEqual([]);
    expect(outdated(seen, { ...present, name: 'Eve' })).toEqual(['name']);
    expect(outdated(seen, { name: 'Ada' })).toEqual(['date_of_birth']);
    expect(outdated(seen, { ...present, name: erased as never })).toEqual(['name']);
    expect(outdated({ ...seen, fingerprints: {} }, present)).toEqual(['name', 'date_of_birth']);
  });

  it('do not mind the order of links, and look different in each request', () => {
    const links = { github: 'https://g.example/', x: 'https://x.example/' };
    const turned = { x: links.x, github: links.github };
    expect(outdated(asked(['social_links'], { social_links: links }), { social_links: turned })).toEqual([]);
    const [one, other] = [id('e1'), id('e2')].map((request) => fingerprintsOf(request, ['name'], present).name);
    expect(one).not.toBe(other);
  });
});

const histories = fc.array(
  fc.constantFrom(
    ...[requested(), requested(['name'], [passport]), approved, rejected, lapsed, withdrawn, expired, added()],
    ...[
      added(id('d2')),
      added(erased),
      removed('expired'),
      { ...requested(), data: { ...requested().data, evidence: erased } },
    ],
  ),
);
laws(
  'asking',
  { ...verifications, decide: requestVerification },
  {
    commands: fc.record({
      ...{ account_id: fc.constant(owner.account_id), user_id: fc.constant(owner.user_id), now: fc.constant(now) },
      ...{ verification_id: fc.constantFrom(id('e1'), id('e2')), present: fc.constantFrom<ProfileFields>(present, {}) },
      ...{ fields: fc.constant<VerifiableField[]>(['name']), evidence: fc.constantFrom([statement], [passport]) },
    }),
    histories,
  },
);
laws(
  'deciding',
  { ...verifications, decide: decideVerification },
  {
    commands: fc.constantFrom<Decide>(
      { ...owner, verification_id, decided_by_id: id('b2'), verdict: { decision: 'approved' }, changed: [], now },
      { ...owner, verification_id, decided_by_id: id('b2'), verdict: { decision: 'approved' }, changed: ['name'], now },
    ),
    histories,
  },
);
laws(
  'expiring',
  { ...verifications, decide: expireEvidence },
  {
    commands: fc.nat(90).map((days) => ({ ...owner, days: 30, now: daysLater(days) })),
    histories,
  },
);
