/** Stands in where there is no `node:http`, as in bundles for browsers and workers. */
export const nodeTransport: undefined = undefined;
