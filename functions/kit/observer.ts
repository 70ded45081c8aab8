import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter } from '../../adapters/dynamodb/meter.ts';
import type { FunctionName } from '../routes.ts';

/** What a metric may be split by; few values each, since every combination is billed. */
type Dimensions = { source?: string; project?: string; outcome?: string };

/** How a function is seen from outside: one log line per unit of work, and metrics. */
export type Observer = {
  /** Writes the one line of a unit of work. */
  line(message: string, facts: Readonly<Record<string, unknown>>): void;
  /** Writes the line of a unit of work that failed for a reason of ours. */
  fault(message: string, error: unknown, facts: Readonly<Record<string, unknown>>): void;
  /** Counts or measures one occurrence; durations are in milliseconds. */
  measure(name: string, value: number, unit: 'Count' | 'Milliseconds', dimensions: Dimensions): void;
  /** Reads and resets what was consumed since the last unit of work. */
  consumed(): Readonly<Record<string, unknown>>;
};

/** Makes a function's observer: JSON log lines, EMF metrics in the namespace `Feedbridge`. */
export function createObserver(name: FunctionName, meter?: Meter): Observer {
  const logger = new Logger({ serviceName: name });
  const metrics = new Metrics({ namespace: 'Feedbridge', serviceName: name });
  return {
    line(message, facts) {
      logger.info(message, { ...facts });
    },
    fault(message, error, facts) {
      logger.error(message, { ...facts, error: describeError(error) });
    },
    measure(metric, value, unit, dimensions) {
      for (const [dimension, text] of Object.entries(dimensions)) metrics.addDimension(dimension, text);
      metrics.addMetric(metric, unit === 'Count' ? MetricUnit.Count : MetricUnit.Milliseconds, value);
      // Publishing clears what was added, dimensions included.
      metrics.publishStoredMetrics();
    },
    consumed() {
      const reading = meter?.read();
      if (reading === undefined) return {};
      const { calls, readUnits, tableWriteUnits, indexWriteUnits } = reading;
      return { tableCalls: calls, readUnits, tableWriteUnits, indexWriteUnits };
    },
  };
}

/** An error as it may be logged: others of its properties may hold whole items of the table (AWS' cancellation reasons do). */
function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
}
