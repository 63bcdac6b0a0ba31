/** What is used of pg-delta, which is an ES module and slow to load. */
export interface Engine {
  extract: typeof import('@supabase/pg-delta/extract', {
    with: { 'resolution-mode': 'import' },
  }).extract
  plan: typeof import('@supabase/pg-delta/plan', { with: { 'resolution-mode': 'import' } }).plan
  build: typeof import('@supabase/pg-delta/core', {
    with: { 'resolution-mode': 'import' },
  }).buildFactBase
}

/** Loads pg-delta once it is needed. */
export async function loadEngine(): Promise<Engine> {
  const [{ extract }, { plan }, { buildFactBase }] = await Promise.all([
    import('@supabase/pg-delta/extract'),
    import('@supabase/pg-delta/plan'),
    import('@supabase/pg-delta/core'),
  ])
  return { extract, plan, build: buildFactBase }
}

/**
 * Starts loading pg-delta while something else is waited for. A failure is not lost: whoever needs the
 * engine awaits the same modules, which Node.js loads once, and gets it.
 */
export function preloadEngine(): void {
  loadEngine().catch(() => undefined)
}
