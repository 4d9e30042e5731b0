import { type ErasureCertificate, erasingServices, type ErasureOperation } from '@annals/contracts';
import { statementOf } from './certificate.js';
import { type KnownErasure, unacknowledged } from './erasure.js';

/** Keys destroyed, caches empty, each service, and the certificate. */
const steps = 3 + erasingServices.length;

/**
 * The representation that clients see.
 * @param officerOf the account for which an officer sees it: what stands against it elsewhere is none of theirs
 */
export function shownErasure(state: KnownErasure, officerOf: string | null = null): ErasureOperation {
  const { ids, request, certified } = state;
  const held = state.held && { ...state.held, accounts: state.held.accounts.filter(isTheirs(officerOf)) };
  const done = stepsDone(state);
  return {
    ...{ id: ids.erasure_id, user_id: ids.user_id, scope: request.scope, account_id: ids.account_id },
    ...{ status: state.status, requested_at: request.requested_at, due_at: request.due_at },
    ...{ held, cancelled: state.cancelled, begun_at: state.begun?.begun_at ?? null },
    progress: { done, total: steps, unit: 'steps', percent: Math.round((100 * done) / steps) },
    waiting_for: state.status === 'erasing' ? unacknowledged(state) : [],
    erased_at: certified?.certified_at ?? null,
    certificate: certified && (statementOf(certified.certificate) satisfies ErasureCertificate),
  };
}

const isTheirs = (officerOf: string | null) => (account: string) => officerOf === null || account === officerOf;

const stepsDone = ({ keys, evicted_at, acknowledged, certified }: KnownErasure): number =>
  [keys, evicted_at, certified].filter((step) => step !== null).length + Object.keys(acknowledged).length;
