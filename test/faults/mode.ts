/** Set by `npm run test:faults`: the full selection and not the quick one. */
export const fullVariable = 'TYPETREK_FAULTS'
/** Repeats a run: every random choice of the kit follows from this number. */
export const seedVariable = 'TYPETREK_FAULTS_SEED'

/** Narrows the kit to scenarios whose name holds this text, to look at one failure. */
export const only = process.env['TYPETREK_FAULTS_ONLY'] ?? ''

/** True in `npm run test:faults`; false in `npm test`, where a few seconds must do. */
export const full = process.env[fullVariable] === 'full'

/** The usual seed, so that `npm test` does the same every time. */
const usual = 20260101

export const seed = Number(process.env[seedVariable] ?? usual)

/** How often to do something: often in the full run, seldom in the quick one. */
export function times(quick: number, often: number): number {
  return full ? often : quick
}
