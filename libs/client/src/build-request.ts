import { headers, type RouteDefinition, type Upload } from '@annals/contracts';
import type { AnyInput, FileInput } from './call.js';

export interface RequestSettings {
  baseUrl: string;
  account?: string;
  token: string | null;
  minPosition: string | null;
}

export interface BuiltRequest {
  url: string;
  init: { method: string; headers: Record<string, string>; body?: string | FormData };
}

function pathOf(template: string, params: Record<string, unknown> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(textOf(params[name])));
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function queryOf(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined && one !== null) search.append(name, textOf(one));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}

const quoted = (revision: string | number | bigint): string =>
  typeof revision === 'string' && revision.startsWith('"') ? revision : `"${revision}"`;

/** The file comes last: what is said of it is known when it arrives. */
function formOf({ field }: Upload, file: FileInput, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(fields)) form.append(name, text);
  const blob = file instanceof Blob ? file : new Blob([file.content], { type: file.type });
  form.append(field, blob, field);
  return form;
}

/** One call as `fetch` takes it. */
export function buildRequest(definition: RouteDefinition, input: AnyInput, settings: RequestSettings): BuiltRequest {
  const sent: Record<string, string> = { accept: 'application/json, application/problem+json, */*;q=0.5' };
  const set = (name: string, value: string | null | undefined) => {
    if (value !== undefined && value !== null) sent[name] = value;
  };
  // A sign-in or a refresh must not fail on the stale token it is about to replace.
  if (definition.access.kind !== 'open' || definition.access.knows_caller) {
    set('authorization', settings.token && `Bearer ${settings.token}`);
    set(headers.accountId, settings.account);
  }
  set(headers.requestId, input.requestId);
  set(headers.idempotencyKey, input.idempotencyKey);
  set('if-match', input.ifMatch == null ? null : quoted(input.ifMatch));
  set('if-none-match', input.ifNoneMatch);
  set('last-event-id', input.lastEventId);
  if (definition.method === 'GET') set(headers.minPosition, input.minPosition ?? settings.minPosition);
  const hasBody = input.body !== undefined;
  if (hasBody) sent['content-type'] = 'application/json';
  const body = hasBody
    ? JSON.stringify(input.body)
    : definition.upload && input.file && formOf(definition.upload, input.file, input.fields);
  return {
    url: settings.baseUrl + pathOf(definition.path, input.params) + queryOf(input.query),
    init: {
      method: definition.method,
      headers: sent,
      ...(body === undefined ? {} : { body }),
    },
  };
}
