/*
 * The tests that every backend must pass: `import { backendContract } from 'typetrek/backend-contract'`.
 */
export {
  backendContract,
  type ContractDatabase,
  type ContractSubject,
} from './backends/contract/contract'
export type { ContractLanguage } from './backends/contract/contract-scripts'
