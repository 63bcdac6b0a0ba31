import type { Change, ScriptPart } from '../../change/model/script-part'
import type { DowngradeClaim } from './prove'

/** What the downgrades of a change are said to do: the worst of its parts. Pure. */
export function downgradeClaimOf(change: Change | undefined): DowngradeClaim {
  const parts = change?.scripts ?? []
  const isOneWay = ({ down, reversible }: ScriptPart) => down.length === 0 && reversible === 'no'
  if (!change || parts.some(isOneWay)) return 'none'
  if (parts.some(({ reversible }) => reversible === 'no')) return 'without rows'
  return parts.every(({ reversible }) => reversible === 'yes') ? 'with every row' : 'with rows'
}

/** True where an upgrade loses data or definitions. Pure. */
export function isDestructive(change: Change | undefined): boolean {
  return change?.scripts.some(({ up }) => up.some(({ destructive }) => destructive)) ?? false
}
