/** The revisions that a script stands for, as its comment `migrate: squashes 1 2 3` names them; most have none. Pure. */
export function squashedRevisions(text: string): string[] {
  if (!text.includes('migrate: squashes')) return []
  const list = /^(?:--|\/\/) migrate: squashes((?: \d+)+)\s*$/m.exec(text)?.[1]
  return list?.trim().split(' ') ?? []
}
