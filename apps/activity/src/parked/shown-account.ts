import { type CurrentUserContext } from '@annals/contracts';

/**
 * The one account whose work a super admin sees: the elevation's; undefined outside of one, where they look after the
 * house. An account they are an ordinary member of plays no part.
 */
export const shownAccount = ({ is_system_admin_access, account_id }: CurrentUserContext): string | undefined =>
  is_system_admin_access && account_id !== null ? account_id : undefined;
