import {
  decodeTags,
  type InstanceSummary,
  type Json,
  type ParentLink,
  type RecordedError,
  type SagaStatus,
  type StoredTags,
} from 'reprise/core';
import type { Row } from './connection.js';

/** Reads the columns of `SUMMARY_COLUMNS`. */
export function summaryOf(row: Row): InstanceSummary {
  return {
    key: { shard: Number(row['shard']), run: row['run']! },
    id: row['id']!,
    saga: row['saga']!,
    version: Number(row['version']),
    tags: decodeTags(JSON.parse(row['tags']!) as StoredTags),
    status: row['status'] as SagaStatus,
    retrying: row['retrying'] === 't',
    startedAt: Number(row['started_at']),
    ...(row['closed_at'] === null ? {} : { closedAt: Number(row['closed_at']) }),
    ...(row['begins_at'] === null ? {} : { beginsAt: Number(row['begins_at']) }),
    ...(row['parent'] === null ? {} : { parent: JSON.parse(row['parent']!) as ParentLink }),
    ...(row['error'] === null ? {} : { error: JSON.parse(row['error']!) as RecordedError }),
  };
}

/** Reads a `json` column. */
export function jsonOf(row: Row, column: string): Json {
  return JSON.parse(row[column]!) as Json;
}
