import type { Route } from '../../route.js';

export const verificationRoutes: readonly Route[] = [];
