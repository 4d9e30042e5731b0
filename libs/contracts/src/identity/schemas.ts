/** Bodies and answers of identity's routes, by noun. */
export * from './accepted.js';
export * from './account/schemas.js';
export * from './apikey/schemas.js';
export * from './credential/schemas.js';
export * from './elevation/schemas.js';
export * from './email/schemas.js';
export * from './mail/schemas.js';
export * from './invitation/schemas.js';
export * from './member/schemas.js';
export * from './provider/schemas.js';
export * from './role/schemas.js';
export * from './grant/schemas.js';
export * from './session/schemas.js';
export * from './sign-in/schemas.js';
export * from './user/schemas.js';
