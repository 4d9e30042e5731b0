import { ParkedAsk, ParkedId, Problem } from '@annals/contracts';
import { z } from 'zod';
import { mountInside, type MountedRoute } from '../http/mount.js';
import type { ParkedDesk } from './parked-desk.js';

/** Who may ask a service what it put aside: the one that answers operators, and no other. */
const principals = ['svc:activity'];
const params = z.object({ id: ParkedId });

/** What every service answers about its own parked work, between our own processes. */
export function parkedInside(desk: ParkedDesk): MountedRoute[] {
  return [
    mountInside({ method: 'GET', path: '/internal/parked', principals, query: ParkedAsk }, async ({ query }) => ({
      status: 200,
      body: { data: await desk.list(query) },
    })),
    mountInside({ method: 'GET', path: '/internal/parked/{id}', principals, params }, async ({ params: { id } }) => {
      const found = await desk.find(id);
      if (!found) throw parkedUnknown();
      return { status: 200, body: found };
    }),
    mountInside(
      { method: 'POST', path: '/internal/parked/{id}/retry', principals, params },
      async ({ params: { id } }) => {
        if (!(await desk.retry(id))) throw parkedUnknown();
        return { status: 204 };
      },
    ),
  ];
}

export const parkedUnknown = () => new Problem(404, 'parked-unknown', 'There is no such work, or it is done by now');
