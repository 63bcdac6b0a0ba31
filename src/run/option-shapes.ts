import { callable, flag, methods, signal, text } from '../settings/arguments'

/** What `execute` takes. */
export const executeShape = {
  observer: methods('planned', 'started', 'finished', 'notice', 'message'),
  signal,
}

/** What `setUp` takes. */
export const setUpShape = {
  ...executeShape,
  runScripts: flag,
  initMigration: {
    what: 'a path, a function, a class or an object with upgrade',
    holds: (value: unknown) =>
      text.holds(value) || callable.holds(value) || methods('upgrade', 'up').holds(value),
  },
}

/** What `unlock` takes. */
export const listOfSessions = {
  what: 'a list of sessions as lockSessions gives it',
  holds: (value: unknown) =>
    Array.isArray(value) &&
    value.every((one: { pid?: unknown } | null) => Number.isSafeInteger(one?.pid)),
}
