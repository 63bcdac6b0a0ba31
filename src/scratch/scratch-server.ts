import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { acquireEmbedded, embeddedExists, type EmbeddedRequest } from '../database/embedded/client'
import type { TidyRequest } from '../database/embedded/protocol'
import { findBinaries } from '../database/embedded/server/binaries'
import { MigrationError } from '../errors'
import { describeAddress } from '../settings/address/address'
import { clientOptions } from '../settings/typeorm/data-source-options'
import type { ConnectionParts, Settings } from '../settings/value/setting-types'

/** Where scratch databases are made. */
export interface ScratchServer {
  /** To the database from which others are made. */
  connection: ConnectionParts
  label: string
  /** True: nobody else's data is on it. */
  own: boolean
  /** True: it is there for the next command, too. */
  stays: boolean
  /** @param tidy what is done without anybody waiting for it; on a server of typetrek's own */
  release(tidy?: TidyRequest): Promise<void>
}

/**
 * An embedded server of the user's own, made when there is none, in the major version given; where that
 * is not installed, or not known, or `scratch.prefer` says so, the server of `scratch.url`.
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE, EMBEDDED_FAILED
 */
export async function scratchServer(
  { scratch: { address, prefer, keep }, here, file }: Settings,
  major: number | undefined,
): Promise<ScratchServer> {
  if (!address) return ownServer({ here, keep }, await binariesFor(here, major))
  const installed = prefer === 'url' || major === undefined ? undefined : await has(here, major)
  if (installed !== undefined) {
    try {
      return await ownServer({ here, keep }, installed)
    } catch (error) {
      // there is another one
      if (!(error instanceof MigrationError) || error.code !== 'EMBEDDED_FAILED') throw error
    }
  }
  return namedServer(address, { here, ini: file })
}

async function namedServer(
  address: NonNullable<Settings['scratch']['address']>,
  place: { here: string; ini: string | undefined },
): Promise<ScratchServer> {
  if (address.kind === 'embedded') return embedded({ ...address, ...place })
  const label = `${describeAddress(address)} (scratch.url)`
  const connection = clientOptions(address.direct ?? address.connection, {})
  return { connection, label, own: false, stays: true, release: () => Promise.resolve() }
}

/** The project's folder, and how long the server stays without anybody. */
type Own = Pick<EmbeddedRequest, 'here' | 'keep'>

/** Whether typetrek has a server of its own for that version; starts and makes nothing. */
export function hasOwnServer(major: number): Promise<boolean> {
  return embeddedExists(ownPath(major))
}

function ownPath(major: number): string {
  return join(cacheFolder(), 'typetrek', `scratch-${major}`)
}

async function ownServer(own: Own, major: number): Promise<ScratchServer> {
  const path = ownPath(major)
  const request = { ...own, path, database: 'postgres', major }
  try {
    return await embedded({ ...request, throwAway: true })
  } catch (error) {
    // It keeps nothing safe, so that a power cut may have spoilt it; and nothing in it is worth keeping.
    if (!(error instanceof MigrationError) || error.code !== 'EMBEDDED_FAILED') throw error
    await rm(path, { recursive: true, force: true })
    return embedded({ ...request, throwAway: true })
  }
}

/** That major version where it is installed. */
async function has(here: string, major: number): Promise<number | undefined> {
  return binariesFor(here, major).catch((error: unknown) => {
    if (error instanceof MigrationError && error.code === 'EMBEDDED_UNAVAILABLE') return undefined
    throw error
  })
}

async function embedded(request: EmbeddedRequest): Promise<ScratchServer> {
  const lease = await acquireEmbedded(request)
  return {
    connection: { ...lease.connection },
    label: `the embedded server at ${request.path}`,
    own: request.throwAway ?? false,
    stays: (request.keep ?? 0) > 0,
    release: (tidy) => lease.release(tidy),
  }
}

async function binariesFor(here: string, major: number | undefined): Promise<number> {
  const otherwise = 'set scratch.url to a server on which typetrek may create databases'
  return (await findBinaries(here, { major, otherwise })).major
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ */
function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env
  return XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(homedir(), '.cache')
}
