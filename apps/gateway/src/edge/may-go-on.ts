import { type IdentityContext, Problem } from '@annals/contracts';
import type { Exchange } from './exchange.js';

/**
 * Whether whoever opened an event stream may still have it: their token counts, and what they may do is what it was when
 * a service let them in. It ends with any change, also for the better: who still may opens it anew and goes on from the
 * last event. While identity cannot be asked, it goes on, no longer than the token.
 */
export async function mayGoOn({ caller, callerNow }: Pick<Exchange, 'caller' | 'callerNow'>): Promise<boolean> {
  if (caller === null || callerNow === null) return true;
  try {
    return rightsOf(await callerNow()) === rightsOf(caller);
  } catch (error) {
    return !(error instanceof Problem && error.status < 500);
  }
}

function rightsOf(identity: Readonly<IdentityContext>): string {
  const { user_id, account_id, session_id, role, roles, permissions, conditional_permissions, elevation_id } = identity;
  const held = [[...roles].sort(), [...permissions].sort(), conditional_permissions];
  return JSON.stringify([user_id, account_id, session_id, role, held, identity.is_system_admin_access, elevation_id]);
}
