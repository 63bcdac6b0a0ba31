export { MigrationError, type ErrorCode, type ErrorFields } from './errors'
