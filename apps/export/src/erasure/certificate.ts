import { ErasureCertificate } from '@annals/contracts';
import { type NoteSigner, signNote } from '@annals/ledger';
import type { KnownErasure } from './erasure.js';

/** What an erasure leaves, and why it may. Terms that operators choose are named, not repeated. */
const exceptions: ErasureCertificate['exceptions'] = [
  {
    what: 'Entries of the audit logs name the person by a random id; their personal values are ciphertext without a key.',
    basis: 'Art. 17(3)(b) and (e) GDPR: legal obligation, and legal claims',
    until: 'the term of the audit log of each account (AUDIT_RETENTION_DAYS)',
  },
  {
    what: 'Events keep their order and ids; their personal values are ciphertext without a key.',
    basis: 'Recital 26 GDPR: what nobody can open or relate is no personal data any more',
    until: 'the life of the event store',
  },
  {
    what: 'Backups made before; whoever restores one erases again before the system answers.',
    basis: 'Art. 32(1)(c) GDPR: ability to restore',
    until: 'the backups expire',
  },
  {
    what: 'Write-ahead logs and freed pages of the databases.',
    basis: 'Art. 32(1)(b) GDPR: resilience of systems',
    until: 'the database has reused them: next vacuum and checkpoint',
  },
  {
    what: 'This record of the erasure, by ids.',
    basis: 'Art. 5(2) GDPR: accountability',
    until: 'the life of the event store',
  },
];

/**
 * The certificate of an erasure whose every step is done, signed: JSON, a blank line, and the signature (C2SP signed-note,
 * Ed25519). It verifies with the public key alone.
 * @throws Error when a step is missing: partial is never done
 */
export function certificateOf(state: KnownErasure, certifiedAt: string, signer: NoteSigner): string {
  const { ids, request, begun, keys, evicted_at, acknowledged } = state;
  if (!begun || !keys || evicted_at === null) throw new Error(`erasure ${ids.erasure_id} is not done`);
  const statement = ErasureCertificate.parse({
    ...{ format: 'annals-erasure-certificate', format_version: 1 },
    ...{ erasure_id: ids.erasure_id, user_id: ids.user_id, scope: request.scope, account_id: ids.account_id },
    ...{ requested_at: request.requested_at, begun_at: begun.begun_at, keys_destroyed_at: keys.destroyed_at },
    ...{ caches_evicted_at: evicted_at, certified_at: certifiedAt },
    accounts: keys.holders.filter(({ account_id }) => account_id !== null).length,
    key_fingerprints: keys.key_fingerprints,
    removed: acknowledged,
    exceptions,
  } satisfies Record<keyof ErasureCertificate, unknown>);
  return signNote(`${JSON.stringify(statement, null, 2)}\n`, signer);
}

/** What a signed certificate says. Whether it is genuine is for its reader to verify. */
export const statementOf = (certificate: string): ErasureCertificate =>
  ErasureCertificate.parse(JSON.parse(certificate.slice(0, certificate.lastIndexOf('\n\n'))));
