import { ApiProblem } from '@annals/client';

/** A step of the story went otherwise than promised. */
export class BrokenPromise extends Error {}

/** @throws BrokenPromise unless the condition holds */
export function promised(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new BrokenPromise(promise);
}

/** The refusal that a call must end in. @throws BrokenPromise when it succeeds or is refused otherwise */
export async function refused(call: Promise<unknown>, status: number): Promise<ApiProblem> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  promised(
    outcome instanceof ApiProblem,
    `status ${status} was expected, and the call ${outcome instanceof Error ? outcome.message : 'succeeded'}`,
  );
  promised(outcome.status === status, `status ${status} was expected, not ${outcome.status} ${outcome.message}`);
  return outcome;
}
