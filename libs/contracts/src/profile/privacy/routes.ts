import { z } from 'zod';
import { route } from '../../route.js';
import { SeenProfile } from './schemas.js';

const own = { owner: 'profile', access: { kind: 'user' } } as const;

export const getMemberProfileRoute = route('getMemberProfile', {
  ...own,
  method: 'GET',
  path: '/users/{user_id}/profile',
  tag: 'Profile',
  summary: 'What you may see of the profile of a member',
  params: z.object({ user_id: z.uuid() }),
  responses: { 200: SeenProfile },
});

export const privacyRoutes = [getMemberProfileRoute] as const;
