import { z } from 'zod';
import { route } from '../../route.js';
import { PlaceLegalHold, RestrictProcessing, Standing } from './schemas.js';

const ofPerson = {
  owner: 'export',
  tag: 'Privacy',
  params: z.strictObject({ user_id: z.uuid() }),
} as const;
const officer = { kind: 'permission', permission: 'MANAGE_PRIVACY' } as const;
const hold = { ...ofPerson, path: '/users/{user_id}/legal-hold', access: officer } as const;
const restriction = { ...ofPerson, path: '/users/{user_id}/restriction', access: officer } as const;

export const getStandingRoute = route('getStanding', {
  ...ofPerson,
  method: 'GET',
  path: '/users/{user_id}/standing',
  summary: 'Whether the account holds or restricts what it knows about a person, and why',
  access: { ...officer, or_self: 'user_id' },
  discloses: { person: 'user_id' },
  responses: { 200: Standing },
});

export const placeLegalHoldRoute = route('placeLegalHold', {
  ...hold,
  method: 'PUT',
  summary: 'Keep everything about a member, or who was one: no erasure and no retention removes it',
  body: PlaceLegalHold,
  responses: { 200: Standing },
});

export const releaseLegalHoldRoute = route('releaseLegalHold', {
  ...hold,
  method: 'DELETE',
  summary: 'End a legal hold',
  responses: { 204: null },
});

export const restrictProcessingRoute = route('restrictProcessing', {
  ...restriction,
  method: 'PUT',
  summary: 'Store what is held about a member, or who was one, and process it no further',
  body: RestrictProcessing,
  responses: { 200: Standing },
});

export const liftRestrictionRoute = route('liftRestriction', {
  ...restriction,
  method: 'DELETE',
  summary: 'Process what is held about a person as before',
  responses: { 204: null },
});

export const standingRoutes = [
  getStandingRoute,
  placeLegalHoldRoute,
  releaseLegalHoldRoute,
  restrictProcessingRoute,
  liftRestrictionRoute,
] as const;
