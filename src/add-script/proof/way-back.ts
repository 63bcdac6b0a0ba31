import type { Change, ScriptPart } from '../../change/model/script-part'
import type { WayBack } from './prove'

/** What the downgrades of all parts claim: the least of them. */
export function wayBackOf(change: Change | undefined): WayBack {
  const parts = change?.scripts ?? []
  const isOneWay = ({ down, reversible }: ScriptPart) => down.length === 0 && reversible === 'no'
  if (!change || parts.some(isOneWay)) return 'none'
  if (parts.some(({ reversible }) => reversible === 'no')) return 'without rows'
  return parts.every(({ reversible }) => reversible === 'yes') ? 'with every row' : 'with rows'
}
