export { signedIn } from './signed-in.js';
export { ApiProblem } from './api-problem.js';
export { createClient, type Client, type ClientOptions } from './create-client.js';
export type { Answer, AnswerBody, Call, CallInput, FileInput } from './call.js';
export { readEvents, type ServerEvent } from './read-events.js';
export type { RetryPolicy } from './retry.js';
export type { Tokens } from './tokens.js';
