/** `20260101120000_create_customers`, as people call a script. */
export function labelOf({ revision, title }: { revision: string; title: string }): string {
  return title ? `${revision}_${title}` : revision
}
