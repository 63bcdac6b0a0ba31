import { redactor } from './value/redact'
import type { Settings } from './value/setting-types'

/** Settings as anybody may see them: secrets are `***`. */
export type ShownSettings = Omit<Settings, 'secrets'>

const secretKeys = /^(?:password|passphrase|key|pfx|cert|rawPassword)$/i

/** Settings without secrets. Only what says how to connect can hold one. Pure. */
export function showSettings({ secrets, ...settings }: Settings): ShownSettings {
  const hide = redactor(secrets)
  const { database, typeorm, application, scratch, origins } = settings
  return {
    ...settings,
    ...(masked({ database, typeorm, scratch, origins }, hide) as Partial<Settings>),
    ...(application && (masked({ application }, hide) as Partial<Settings>)),
  }
}

function masked(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return value.map((one) => masked(one, hide))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const secret = secretKeys.test(key) && inner !== undefined
    return [key, secret ? '***' : masked(inner, hide)] as const
  })
  return Object.fromEntries(entries)
}
