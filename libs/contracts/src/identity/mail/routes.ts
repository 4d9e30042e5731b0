import { z } from 'zod';
import { route, type Route } from '../../route.js';
import * as schema from './schemas.js';
import { EmailAddress } from '../personal.js';

const open = { kind: 'open' } as const;

/** Served only where mail is kept in a folder. */
export const devMailRoute = route('devMail', {
  method: 'GET',
  path: '/dev/mail',
  owner: 'identity',
  tag: 'Development',
  summary: 'Mail that would have been sent to an address',
  access: open,
  query: z.strictObject({ to: EmailAddress }),
  responses: { 200: z.object({ data: z.array(schema.DevMail) }) },
});

export const mailRoutes = [devMailRoute] as const satisfies readonly Route[];
