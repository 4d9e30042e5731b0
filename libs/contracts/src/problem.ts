import { z } from 'zod';

/** The one error body: RFC 9457 members plus the ones older clients read. */
export const ProblemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  statusCode: z.number().int(),
  message: z.union([z.string(), z.array(z.string())]),
  error: z.string(),
  code: z.string(),
  request_id: z.string(),
  trace_id: z.string(),
  errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
});
export type ProblemBody = z.infer<typeof ProblemBody>;

export interface FieldProblem {
  path: string;
  code: string;
  message: string;
}

export interface ProblemOptions {
  fields?: readonly FieldProblem[];
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/**
 * An error that a client may see. Each place that throws one has a `code` of its own, stable for clients;
 * `detail` is for people and holds no stack, SQL or class name.
 */
export class Problem extends Error {
  readonly fields: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.fields = options.fields ?? [];
    this.headers = options.headers ?? {};
  }
}

/** One list entry per problem a zod schema found. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, []));
}

function problemsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): FieldProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      code: 'unknown_field',
      message: 'is not known',
    }));
  }
  const meant = issue.code === 'invalid_union' ? meantOption(issue.errors) : undefined;
  if (meant) return meant.flatMap((inner) => problemsOf(inner, path));
  return [{ path: path.join('.'), code: issue.code, message: issue.message }];
}

/** Of several shapes that a value may have, the only one it has at the top; undefined when none or more than one. */
function meantOption(options: readonly (readonly z.core.$ZodIssue[])[]) {
  const near = options.filter((issues) => !issues.some((issue) => issue.code === 'invalid_type' && !issue.path.length));
  return near.length === 1 ? near[0] : undefined;
}
