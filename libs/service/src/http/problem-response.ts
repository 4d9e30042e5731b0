import { Problem, type ProblemBody } from '@annals/contracts';
import { isTransient } from '@annals/postgres';
import { STATUS_CODES } from 'node:http';

export interface ProblemPlace {
  /** Path without query: the query may hold personal data. */
  path: string;
  requestId: string;
  traceId: string;
}

/** The one error body (RFC 9457 and the members that older clients read). */
export function problemBody(problem: Problem, place: ProblemPlace): ProblemBody {
  const title = STATUS_CODES[problem.status] ?? 'Error';
  const fields = problem.fields.map((field) => ({ ...field }));
  return {
    type: `urn:annals:problem:${problem.code}`,
    title,
    status: problem.status,
    detail: problem.detail,
    instance: place.path,
    statusCode: problem.status,
    message: fields.length > 0 ? fields.map((field) => `${field.path}: ${field.message}`) : problem.detail,
    error: title,
    code: problem.code,
    request_id: place.requestId,
    trace_id: place.traceId,
    errors: fields,
  };
}

/**
 * What a client sees of an error: a Problem as it is, a store that is away or overloaded as a refusal that may be tried
 * again, anything else as one that says nothing.
 */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error)) {
    return new Problem(503, 'store-unavailable', 'A store that this needs does not answer right now; try again', {
      headers: { 'retry-after': '1' },
      cause: error,
    });
  }
  return new Problem(500, 'internal-error', 'Something went wrong on our side', { cause: error });
}
