import { AuthorityAnswer, type AuthorityAsk, type Permission, Problem, type RequestContext } from '@annals/contracts';
import type { InternalClient } from '@annals/service';
import { type Asker, workingFor } from './asker.js';

/**
 * Which of these permissions somebody has at this moment, whatever they had when they asked.
 * @throws Problem 403 `membership-ended`, `user-inactive`, `account-closed`, `elevation-ended` when they may do nothing
 *   there any more
 */
export async function rightsNow(
  identity: Pick<InternalClient, 'call'>,
  asker: Asker,
  permissions: readonly Permission[],
  request: RequestContext,
  signal?: AbortSignal,
): Promise<readonly Permission[]> {
  const body: AuthorityAsk = { permissions: [...permissions] };
  const { body: answer } = await identity.call({
    ...{ method: 'POST', path: '/internal/authority', body, identity: workingFor(asker), request },
    ...(signal && { signal }),
  });
  return AuthorityAnswer.parse(answer).permissions;
}

/** @throws Problem 403 `permission-required`, and as {@link rightsNow} */
export async function requireExportRight(
  identity: Pick<InternalClient, 'call'>,
  asker: Asker,
  request: RequestContext,
): Promise<void> {
  const [held] = await rightsNow(identity, asker, ['EXPORT_ACCOUNT_DATA'], request);
  if (!held) throw new Problem(403, 'permission-required', 'Missing permission: EXPORT_ACCOUNT_DATA');
}
