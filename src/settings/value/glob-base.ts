/** The folder of a path or glob: a folder itself, that of a file, or what comes before the first `*`. Pure. */
export function globBase(pattern: string): string {
  const parts = pattern.replace(/\/$/, '').split('/')
  const at = parts.findIndex((part) => /[*?{}[\]()]/.test(part))
  if (at >= 0) return parts.slice(0, at).join('/') || '/'
  return /\.(?:[cm]?[jt]s|sql)$/.test(pattern)
    ? parts.slice(0, -1).join('/') || '/'
    : parts.join('/')
}
