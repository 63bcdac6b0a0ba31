import type * as usual from '../start/packed-modules'

/*
 * In a bundle's program this file is in the place of start/packed-modules: packages are those of where it runs, and
 * loaded as Node does.
 */

/** Loads a package. */
export const requirePacked: typeof usual.requirePacked = (entry) => require(entry) as unknown
