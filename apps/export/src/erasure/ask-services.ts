import { ErasureAnswer, type ErasedHolder, type ErasingService, Problem, type Removed } from '@annals/contracts';
import type { InternalClient } from '@annals/service';

/** Asks a service to remove what it holds. */
export type AskService = (ask: {
  erasure_id: string;
  holders: readonly ErasedHolder[];
  positions: string;
}) => Promise<Removed>;

/** As many as one ask may name. */
const holdersAtOnce = 1_000;
/** A service may have a lot to remove; what it could not do in this time it goes on with when it is asked again. */
const timeoutMs = 60_000;

/** Asks over HTTP, as `svc:export`. */
export function askOver(client: InternalClient): AskService {
  return async ({ holders, ...ask }) => {
    const removed: Removed = {};
    for (let from = 0; from < holders.length; from += holdersAtOnce) {
      const body = { ...ask, holders: holders.slice(from, from + holdersAtOnce) };
      const answer = await client.call({ method: 'POST', path: '/internal/erasures', body, timeoutMs });
      for (const [of, count] of Object.entries(ErasureAnswer.parse(answer.body).removed)) {
        removed[of] = (removed[of] ?? 0) + count;
      }
    }
    return removed;
  };
}

/** Somebody has not acknowledged yet. Never an end: they are asked again. */
export class StillWaiting extends Error {
  constructor(
    readonly services: readonly ErasingService[],
    causes: readonly unknown[],
  ) {
    const codes = causes.map((cause) => (cause instanceof Problem ? cause.code : 'failed'));
    super(`waiting for ${services.join(', ')}: ${codes.join(', ')}`, { cause: causes[0] });
  }
}
