import { basename, relative, resolve } from 'node:path'
import type { ProjectPlan } from '../../../init/initialize-project'
import { maskedIni } from '../../../init/initial-settings'
import { answer, type Context, type Handler } from '../../context/command-context'
import { confirm } from '../../context/ask'
import { indented } from '../../text/text'

/** Writes settings for the project in the working folder. */
export const initCommand: Handler = async (context) => {
  const { call, io, output } = context
  const { initializeProject, planProject } = await import('../../../init/initialize-project.js')
  const plan = await planProject(io.cwd, resolve(io.cwd, call.config ?? 'development.ini'))
  const { dryRun = false } = call.options
  if (!dryRun) {
    if (!call.options.yes && io.terminal.stdin) output.note(shown(plan, context, false))
    await confirm(context, 'Write this?')
    await initializeProject(io.cwd, plan)
  }
  const { facts, file, newFolder = null, npmScripts, notes } = plan
  answer(context, {
    file,
    dryRun,
    ini: maskedIni(plan.ini),
    folder: newFolder,
    npmScripts: Object.entries(npmScripts).map(([name, command]) => ({ name, command })),
    dataSource: facts.dataSource ?? null,
    layout: facts.scripts?.layout ?? null,
    notes,
  })
  output.result(shown(plan, context, !dryRun))
  return 0
}

function shown(
  { ini, file, newFolder, npmScripts, notes }: ProjectPlan,
  { io }: Context,
  done: boolean,
): string {
  const scripts = Object.entries(npmScripts).map(([name, command]) => `  ${name}: ${command}`)
  const written = done ? 'wrote' : 'to write:'
  return [
    `${written} ${relative(io.cwd, file) || basename(file)}`,
    indented(maskedIni(ini), '  ').trimEnd(),
    ...(newFolder === undefined
      ? []
      : [`${written} ${newFolder}/.no-scripts-yet, which says that no script is there yet`]),
    ...(scripts.length > 0 ? [`${written} into package.json, under scripts:`, ...scripts] : []),
    '',
    ...notes,
    ...(done ? ['Next: npx migrate status'] : []),
  ].join('\n')
}
