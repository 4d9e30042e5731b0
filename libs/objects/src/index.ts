export { folderObjects } from './folder-objects.js';
export { largestInMemory, type ByteRange, type Objects } from './objects.js';
export { objectsUrlShape, readObjectsUrl, type ObjectsPlace } from './objects-url.js';
export { openObjects, provisionObjects, startObjects } from './open-objects.js';
export { ObjectNotFound, ObjectTooLarge, objectStoreUnavailable } from './problems.js';
