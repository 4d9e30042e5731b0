import { headers, ProblemBody } from '@annals/contracts';

/** What went wrong, as the server says it: switch on `code`, show `detail`, report `requestId`. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** The whole body, or null when the answer was not one of ours (a proxy's page, a cut connection). */
    readonly body: ProblemBody | null,
    readonly requestId: string | null,
    readonly traceId: string | null,
    /** Seconds the server asks to wait; null when it does not say. */
    readonly retryAfter: number | null,
  ) {
    super(`${status} ${code}: ${detail}`);
    this.name = 'ApiProblem';
  }
}

/** Reads the error of an answer that is not a success. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const body = ProblemBody.safeParse(parseJson(text)).data ?? null;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiProblem(
    response.status,
    body?.code ?? 'unexpected-answer',
    body?.detail ?? `The server answered ${response.status} with a body that is not a problem`,
    body,
    response.headers.get(headers.requestId),
    response.headers.get(headers.traceId),
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Something between us and the server wrote this body; the status says all there is to know.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
