import { MigrationError } from '../errors'
import { excerpt } from './position'

/** A SQL text and the file that it is in: its absolute path, and as the user would name it. */
export interface TextPlace {
  text: string
  file: string
  shown: string
}

/** SCRIPT_INVALID at an offset of the text. Pure. */
export function invalid(
  place: TextPlace,
  offset: number,
  message: string,
  hint: string,
): MigrationError {
  return new MigrationError('SCRIPT_INVALID', message, {
    hint,
    file: place.shown,
    ...excerpt(place.text, offset),
  })
}
