import { z } from 'zod';
import { CurrentUserContext } from '../context.js';
import { Preferences } from '../profile/preferences/schemas.js';
import { route } from '../route.js';

/** The context, with what a frontend needs beside it to show its first page, when it asks for that. */
export const MyContext = CurrentUserContext.extend({
  /** As they are in force in this account; null without an account, and when `partial` says so. */
  preferences: Preferences.nullable().optional(),
  /** What was asked for and cannot be told right now: ask its own service again. */
  partial: z.array(z.literal('preferences')).optional(),
});
export type MyContext = z.infer<typeof MyContext>;

/** What frontends read once and reuse: the same context every service works with. */
export const getMyContextRoute = route('getMyContext', {
  method: 'GET',
  path: '/me/context',
  owner: 'gateway',
  summary: 'The context of this request: user, account, membership, roles, permissions, session',
  tag: 'Context',
  access: { kind: 'self' },
  query: z.strictObject({ include: z.literal('preferences').optional() }),
  responses: { 200: MyContext },
});

const Status = z.object({ status: z.literal('ok') });

export const getHealthRoute = route('getHealth', {
  method: 'GET',
  path: '/health',
  owner: 'gateway',
  summary: 'Answers while the process serves requests',
  tag: 'Health',
  access: { kind: 'open' },
  responses: { 200: Status },
});

export const getLivenessRoute = route('getLiveness', {
  method: 'GET',
  path: '/livez',
  owner: 'gateway',
  summary: 'Liveness: the event loop turns',
  tag: 'Health',
  access: { kind: 'open' },
  responses: { 200: z.object({ status: z.string() }) },
});

export const getReadinessRoute = route('getReadiness', {
  method: 'GET',
  path: '/readyz',
  owner: 'gateway',
  summary: 'Readiness, with the state of each dependency; 503 when one is missing',
  tag: 'Health',
  access: { kind: 'open' },
  responses: { 200: z.object({ status: z.string(), checks: z.record(z.string(), z.string()) }) },
});

export const getVersionRoute = route('getVersion', {
  method: 'GET',
  path: '/version',
  owner: 'gateway',
  summary: 'The running build',
  tag: 'Health',
  access: { kind: 'open' },
  responses: { 200: z.record(z.string(), z.unknown()) },
});

export const gatewayRoutes = [
  getMyContextRoute,
  getHealthRoute,
  getLivenessRoute,
  getReadinessRoute,
  getVersionRoute,
] as const;
