import { usualLayout, type ScriptLayout } from '../layout/layout'
import { readMarked, type ToolMarkers } from '../sections/marked-sections'

/** @see https://pressly.github.io/goose/documentation/annotations/ */
const markers: ToolMarkers = {
  tool: 'goose',
  up: /^--\s*\+goose\s+up\s*$/i,
  down: /^--\s*\+goose\s+down\s*$/i,
  outside: /^--\s*\+goose\s+no\s+transaction\s*$/i,
  refused: /^--\s*\+goose\s+envsub\s+on\s*$/i,
}

/** `<version>_<title>.sql`, cut at `-- +goose Up` and `-- +goose Down`. */
export const goose: ScriptLayout = {
  ...usualLayout,
  sections: (...text) => readMarked(markers, ...text),
  markers: { up: '-- +goose Up', down: '-- +goose Down' },
}
