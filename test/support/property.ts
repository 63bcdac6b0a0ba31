import fc from 'fast-check'
import { seed } from '../faults/mode'

/*
 * Properties are checked on the same inputs every time, so that a run fails because of what was changed. A
 * failure prints the seed; `TYPETREK_FAULTS_SEED` sets another one.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

export { fc }
