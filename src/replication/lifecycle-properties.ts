import { ReplicationTarget } from './replication-target';

/** Where a document is. */
export interface DocumentPlace {
  readonly bucket: string;
  readonly key: string;
}

/** Properties of the custom resource that stops a replication before anything of it changes. */
export interface StopProperties {
  readonly Action: 'stop';
  readonly Replication: ReplicationTarget;
  /** All that must not change while it runs, by a digest and by values that only the deployment knows. */
  readonly Definition: string;
  readonly Values: string[];
  /** Where is noted what deployments have done. */
  readonly Notes: DocumentPlace;
}

/** Properties of the custom resource that starts a replication once everything is there. */
export interface StartProperties extends Omit<StopProperties, 'Action'> {
  readonly Action: 'start';
  /** A digest of what a full load depends on: with another one all tables are loaded again. */
  readonly Load: string;
  /** The watch's copy of DMS's statistics. */
  readonly Statistics: DocumentPlace;
  /** The Glue job that makes the tables first. */
  readonly SchemaJob: string;
  /** A digest of what that job depends on. */
  readonly Schema: string;
}

/** What deployments have done to a replication, kept as one object. */
export interface LifecycleNotes {
  /** The request for which it was last started. */
  readonly started?: string;
  /** `Load` of that start. */
  readonly load?: string;
  /** When all tables were last begun to be loaded, which need not have come to an end. */
  readonly loadBegunAt?: string;
  /** The request for which it was stopped since. */
  readonly stopped?: string;
  /** The request for which the ways to both endpoints were tested since. */
  readonly tested?: string;
}
