/** How DMS writes rows and changes to the staging bucket. */
export enum ReplicationFileFormat {
  /** Typed, and what the warehouse loads fastest. */
  PARQUET = 'parquet',

  /** Text, compressed with gzip; NULL is `\N`. */
  CSV = 'csv',
}
