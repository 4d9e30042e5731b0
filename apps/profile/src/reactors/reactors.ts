import type { Reactor } from '@annals/postgres';
import type { ProfileParts } from '../routes.js';
import { keepHandles } from './keep-handles.js';
import { keepVerifications } from './keep-verifications.js';

/** Everything profile does because of an event. */
export const reactorsOf = (parts: ProfileParts): Reactor[] => [keepHandles(parts), keepVerifications(parts)];
