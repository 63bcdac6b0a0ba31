import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SpanStatusCode } from '@opentelemetry/api'
import { migrateTo } from '../../src'
import { traced } from '../../src/integration/opentelemetry'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'

function recording() {
  const spans = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
  const meters = new MeterProvider({ readers: [reader] })
  return {
    telemetry: { tracer: provider.getTracer('test'), meter: meters.getMeter('test') },
    spans: () => spans.getFinishedSpans(),
    async counts() {
      await reader.forceFlush()
      const [latest] = exporter.getMetrics().slice(-1)
      await reader.shutdown()
      const all = latest?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? []
      return new Map(
        all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value]),
      )
    },
  }
}

const many = Array.from({ length: 120 }, (_, index) => ({
  name: `${index + 1}_s`,
  sql: 'SELECT 1',
}))

test('a run is a span, its first hundred scripts are spans below it, and the metrics count all', async () => {
  await withDatabase(async ({ url }) => {
    const { telemetry, spans, counts } = recording()
    const heard: string[] = []
    const hooks = {
      beforeRun: () => void heard.push('before'),
      afterRun: () => void heard.push('after'),
    }
    await migrateTo(url, many, 'latest', traced({ hooks }, telemetry))

    const run = spans().find(({ name }) => name === 'migrate.up')
    const scripts = spans().filter(({ name }) => name === 'migrate.run_migration')
    assert.equal(run?.attributes['migrate.steps'], 120)
    assert.equal(scripts.length, 100)
    assert.deepEqual(scripts[0]?.attributes, {
      'migrate.version': '1',
      'migrate.direction': 'up',
      'migrate.identifier': '1_s',
    })
    assert.ok(scripts.every((one) => one.parentSpanContext?.spanId === run?.spanContext().spanId))
    assert.equal((await counts()).get('migrate.migrations.applied'), 120)
    assert.deepEqual(heard, ['before', 'after'])
  })
})

test('a failure is an error of its span, of the run, and of the metrics, without its text', async () => {
  await withDatabase(async ({ url }) => {
    const { telemetry, spans, counts } = recording()
    const bad = [...many.slice(0, 2), { name: '3_s', sql: "SELECT 'secret'::int" }]
    await failureOf(migrateTo(url, bad, 'latest', traced({}, telemetry)))

    const failed = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)
    assert.deepEqual(
      failed.map(({ name }) => name),
      ['migrate.run_migration', 'migrate.up'],
    )
    assert.equal(failed[1]?.attributes['error.type'], 'SCRIPT_FAILED')
    assert.doesNotMatch(JSON.stringify(failed.map(({ attributes }) => attributes)), /secret/)
    const measured = await counts()
    assert.equal(measured.get('migrate.migrations.failed'), 1)
    assert.ok(measured.has('migrate.migration.run.duration'))
  })
})
