import { getMyContextRoute as route, type MyContext } from '@annals/contracts';
import { mount, type MountedRoute } from '@annals/service';
import type { AskPreferences } from '../inside/ask-preferences.js';

/**
 * GET /me/context. With `include=preferences` it is still told when they cannot be: whoever can sign in has to get in,
 * and a page in the usual colours is better than none. Without an account there are none to tell.
 */
export const getMyContext = (askPreferences: AskPreferences): MountedRoute =>
  mount(route, async ({ context, query, raw }) => {
    if (query.include === undefined) return { status: 200, body: context };
    const hasOwn = context.account_id !== null && context.user_id !== null;
    const preferences = hasOwn ? await askPreferences(raw.headers) : null;
    const body: MyContext = { ...context, preferences };
    return { status: 200, body: hasOwn && !preferences ? { ...body, partial: ['preferences'] } : body };
  });
