import { usualLayout, type ScriptLayout } from '../layout/layout'
import { readMarked, type ToolMarkers } from '../sections/marked-sections'

/** @see https://github.com/amacneil/dbmate#creating-migrations */
const markers: ToolMarkers = {
  tool: 'dbmate',
  up: /^--\s*migrate:up(?:\s|$)/,
  down: /^--\s*migrate:down(?:\s|$)/,
  sectionOutside: /\btransaction:false\b/,
}

/** `<version>_<title>.sql`, cut at `-- migrate:up` and `-- migrate:down`. */
export const dbmate: ScriptLayout = {
  ...usualLayout,
  sections: (...text) => readMarked(markers, ...text),
  markers: { up: '-- migrate:up', down: '-- migrate:down' },
}
