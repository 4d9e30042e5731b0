import { context, createContextKey, type Context } from '@opentelemetry/api';

/** What log lines and spans say about the request they belong to. It is never authority: rights travel as parameters. */
export interface Scope {
  request_id: string;
  correlation_id: string;
  trace_id: string;
  span_id: string;
  account_id?: string;
  user_id?: string;
}

const scopeKey = createContextKey('annals scope');

export function withScope(parent: Context, scope: Scope): Context {
  return parent.setValue(scopeKey, scope);
}

export function scopeOf(from: Context): Scope | undefined {
  return from.getValue(scopeKey) as Scope | undefined;
}

/** Scope of the work that is running, if any. For logs and spans alone. */
export function currentScope(): Readonly<Scope> | undefined {
  return scopeOf(context.active());
}
