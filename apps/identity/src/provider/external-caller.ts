import type { ContextRequest } from '@annals/contracts';

export type ExternalCaller = Extract<ContextRequest['caller'], { kind: 'external' }>;
