const prefix = 'typetrek_scratch_'

/** Who made a scratch database, as its name says. */
export interface ScratchOwner {
  /** Of the machine (or container) and its processes' numbers. */
  host: string
  pid: number
  /** Tells a process from a later one with the same number. */
  start: string
  /** Tells one use from the next of the same process. */
  use: string
}

/** The name of an owner's scratch database; at most 63 bytes. Pure. */
export function scratchName(owner: ScratchOwner, number: number): string {
  return `${prefix}${ownerTag(owner)}_${number}`
}

/** The part of the name that all databases of one owner share; the owner locks it while it lives. */
export function ownerTag({ host, pid, start, use }: ScratchOwner): string {
  return `${host}_${pid}_${start}_${use}`
}

/** Reads a name back; undefined for a database that is no scratch database. */
export function readScratchName(name: string): ScratchOwner | undefined {
  const pattern = /^typetrek_scratch_([0-9a-f]{8})_(\d{1,10})_([0-9a-f]{6})_([0-9a-f]{6})_\d{1,4}$/
  const [, host, pid, start, use] = pattern.exec(name) ?? []
  if (host === undefined || pid === undefined || start === undefined || use === undefined) return
  return { host, pid: Number(pid), start, use }
}

/** What the names of all that scripts were replayed in begin with. */
export const replayPrefix = 'typetrek_replayed_'

/** True for a database that later commands copy. Pure. */
export function isReplayed(name: string): boolean {
  return name.startsWith(replayPrefix)
}

/** The copy of a database that is made before anybody asks for one; at most 63 bytes. Pure. */
export function spareOf(template: string): string {
  return isReplayed(template) ? `${template}_spare` : `typetrek_spare_${template}`
}
