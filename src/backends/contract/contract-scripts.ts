import { PlainScript } from '../../script/named/plain-script'
import type { SqlPart } from '../../script/script'

/** Texts of scripts for the database under test. */
export interface ContractLanguage {
  /** Makes a thing of this name, and fails where it is there already. */
  make: (name: string) => string
  /** Removes it, and fails where it is not there. */
  remove: (name: string) => string
}

/** A script that makes a thing of the same name, and removes it; or one with a text of its own. */
export function contractScript(
  language: ContractLanguage,
  revision: string,
  name: string,
  upgrade = language.make(name),
): PlainScript {
  const file = `/contract/${revision}_${name}.sql`
  const part = (text: string): SqlPart => ({
    text,
    file,
    line: 1,
    options: { transaction: true, settings: [] },
  })
  const sections = { upgrade: part(upgrade), downgrade: part(language.remove(name)) }
  const text = `${upgrade}\n${sections.downgrade.text}`
  return new PlainScript({ revision, title: name, kind: 'sql', file, text, cut: () => sections })
}
