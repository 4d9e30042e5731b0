import { requirePermission, requireRecentProof } from '@annals/auth';
import type { CurrentUserContext } from '@annals/contracts';

/**
 * Whoever wants the data of an account needs the right to it when they ask and when they fetch it, whatever they had in
 * between; who asks proves besides that it is they who sit there. A super admin has it by an elevation and not otherwise.
 * @throws Problem 403 `permission-required`, `reauthentication-required`
 */
export function requireAccountRight(context: CurrentUserContext, proof?: 'of just now'): void {
  requirePermission(context, 'EXPORT_ACCOUNT_DATA');
  if (proof) requireRecentProof(context);
}
