/**
 * Options of a DataSource with classes in the place of files: none here, since TypeORM finds the files by
 * itself. A bundle has `carried-classes` of `bundled` in the place of this file.
 */
export async function classesOfFiles(): Promise<Record<string, unknown>> {
  return {}
}
