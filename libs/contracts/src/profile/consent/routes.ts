import { route } from '../../route.js';
import { ConsentHistoryQuery, Consents, ConsentsWithHistory, ReplaceConsents } from './schemas.js';

const own = { owner: 'profile', tag: 'Privacy', access: { kind: 'user' }, path: '/users/consents' } as const;

export const getConsentsRoute = route('getConsents', {
  ...own,
  method: 'GET',
  summary: 'What you agreed to in this account, now and ever; newest decisions first',
  query: ConsentHistoryQuery,
  responses: { 200: ConsentsWithHistory },
});

export const replaceConsentsRoute = route('replaceConsents', {
  ...own,
  method: 'PUT',
  summary: 'Agree to purposes, or take your agreement back; what you leave out stays as it is',
  body: ReplaceConsents,
  responses: { 200: Consents },
  ifMatch: 'optional',
});

export const consentRoutes = [getConsentsRoute, replaceConsentsRoute] as const;
