import { ErasureAsk, type ErasedHolder } from '@annals/contracts';
import { decodeTokens, type PositionToken } from '@annals/event-store';
import type { ProjectionRunner } from '@annals/postgres';
import { mountInside, type MountedRoute } from '../http/mount.js';

/** Removes one kind of thing that a service holds besides its read models. */
export interface Eraser {
  /** As the certificate names it, in `snake_case`: `password_hashes`. */
  of: string;
  /** Removes what there is of the holder. Doing it again removes what is left, and is no error. @returns how many */
  remove(holder: ErasedHolder): Promise<number>;
}

export interface ErasureDeskOptions {
  runners: readonly Pick<ProjectionRunner, 'waitFor'>[];
  erasers: readonly Eraser[];
}

/** Who may ask a service to forget somebody: the one that carries erasures out, and no other. */
const principals = ['svc:export'];
/** Within the patience of who asks, who asks again. */
const patienceMs = 10_000;

/** What a service answers when somebody's data has to go, between our own processes. */
export function erasureInside({ runners, erasers }: ErasureDeskOptions): MountedRoute[] {
  return [
    mountInside({ method: 'POST', path: '/internal/erasures', principals, body: ErasureAsk }, async ({ body }) => {
      const tokens: PositionToken[] = decodeTokens(body.positions);
      await Promise.all(runners.map((runner) => runner.waitFor(tokens, patienceMs)));
      const removed: Record<string, number> = {};
      for (const eraser of erasers) {
        let count = 0;
        for (const holder of body.holders) count += await eraser.remove(holder);
        removed[eraser.of] = count;
      }
      return { status: 200, body: { removed } };
    }),
  ];
}
