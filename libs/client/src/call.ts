import type { Route, RouteDefinition, Upload } from '@annals/contracts';
import type { z } from 'zod';

type InputOf<S> = S extends z.ZodType ? z.input<S> : undefined;
/** A part whose fields are all optional may be left out; one the route does not declare may not be given. */
type Part<Name extends string, Input> = [Input] extends [undefined]
  ? { [K in Name]?: undefined }
  : Record<never, never> extends Input
    ? { [K in Name]?: Input }
    : { [K in Name]: Input };

interface CallOptions {
  /** Revision the change is based on, as `ETag` gave it or as a number; null, as of a resource without one, for none. */
  ifMatch?: string | number | bigint | null;
  /** A read answers 304 with an undefined body while the revision is this one. */
  ifNoneMatch?: string;
  /** Repeats of the same key have one effect. Writes of a signed-in caller get one of their own when none is given. */
  idempotencyKey?: string;
  /** The answer is at least this fresh; what this client wrote itself is remembered without it. */
  minPosition?: string;
  requestId?: string;
  /** Resumes an event stream after this event. */
  lastEventId?: string;
  signal?: AbortSignal;
}

/** A file to send; its type is the one it declares. */
export type FileInput = Blob | { content: Uint8Array<ArrayBuffer>; type: string };

/** What an upload is made of: its file, and what is said of it where the route takes that. */
type UploadInput<U> = U extends Upload ? { file: FileInput } & Part<'fields', InputOf<U['fields']>> : unknown;

export type CallInput<D extends RouteDefinition> = CallOptions &
  Part<'params', InputOf<D['params']>> &
  Part<'query', InputOf<D['query']>> &
  Part<'body', InputOf<D['body']>> &
  UploadInput<D['upload']>;

type BodyOfResponse<R> = R extends 'stream'
  ? ReadableStream<Uint8Array>
  : R extends z.ZodType
    ? z.output<R>
    : undefined;
/** Any of the bodies the route declares for success. */
export type AnswerBody<D extends RouteDefinition> = {
  [Status in keyof D['responses']]: BodyOfResponse<D['responses'][Status]>;
}[keyof D['responses']];

export interface Answer<Body> {
  status: number;
  body: Body;
  /** Revision of the resource, to send back as `ifMatch`. */
  etag: string | null;
  /** Position of a write, for another client's `minPosition`. */
  position: string | null;
  /** Whether an earlier call with the same idempotency key had already had this effect. */
  replayed: boolean;
  /** Where the operation or resource is, for 201 and 202. */
  location: string | null;
  requestId: string | null;
  traceId: string | null;
}

/** The arguments after the route: none are needed when every part is optional. */
export type CallArguments<D extends RouteDefinition> =
  Record<never, never> extends CallInput<D> ? [input?: CallInput<D>] : [input: CallInput<D>];

export type Call = <D extends RouteDefinition>(
  route: Route<D>,
  ...input: CallArguments<D>
) => Promise<Answer<AnswerBody<D>>>;

/** The same input with the types of the route forgotten, as the machinery reads it. */
export interface AnyInput extends CallOptions {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  file?: FileInput;
  fields?: Record<string, string>;
}
