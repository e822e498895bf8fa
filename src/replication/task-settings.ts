/**
 * Settings of the replication (DMS user guide, "Specifying task settings"). Errors stop a table or the replication and are reported: by default DMS
 * leaves out what it cannot write.
 *
 * @param lobKilobytes the longest LOB in KB
 * @param logs whether DMS writes to CloudWatch Logs, for which the account needs a role
 */
export function taskSettings(lobKilobytes: number, logs: boolean): object {
  return {
    TargetMetadata: {
      SupportLobs: true,
      // An S3 target has no other mode (ibid., "Using Amazon S3 as a target").
      FullLobMode: false,
      LimitedSizeLobMode: true,
      LobMaxSize: lobKilobytes,
      BatchApplyEnabled: false,
    },
    FullLoadSettings: {
      // Files of an earlier load may not be merged yet.
      TargetTablePrepMode: 'DO_NOTHING',
      StopTaskCachedChangesApplied: false,
      StopTaskCachedChangesNotApplied: false,
    },
    Logging: { EnableLogging: logs },
    // Tables of DMS's own would lie among the source's.
    ControlTablesSettings: {
      HistoryTableEnabled: false,
      SuspendedTablesTableEnabled: false,
      StatusTableEnabled: false,
      FullLoadExceptionTableEnabled: false,
    },
    ChangeProcessingDdlHandlingPolicy: {
      HandleSourceTableAltered: true,
      // On S3 these two delete the table's files, merged or not (ibid.).
      HandleSourceTableDropped: false,
      HandleSourceTableTruncated: false,
    },
    ErrorBehavior: {
      FailOnNoTablesCaptured: true,
      DataErrorPolicy: 'SUSPEND_TABLE',
      DataTruncationErrorPolicy: 'SUSPEND_TABLE',
      DataErrorEscalationPolicy: 'STOP_TASK',
      TableErrorPolicy: 'SUSPEND_TABLE',
      TableErrorEscalationPolicy: 'STOP_TASK',
      ApplyErrorDeletePolicy: 'SUSPEND_TABLE',
      ApplyErrorInsertPolicy: 'SUSPEND_TABLE',
      ApplyErrorUpdatePolicy: 'SUSPEND_TABLE',
      ApplyErrorEscalationPolicy: 'STOP_TASK',
      // What passes by itself, such as a lost connection, is tried again without end; the lag shows it.
      RecoverableErrorCount: -1,
      RecoverableErrorInterval: 5,
      RecoverableErrorThrottling: true,
      RecoverableErrorThrottlingMax: 1800,
      RecoverableErrorStopRetryAfterThrottlingMax: false,
    },
    // It compares with a database as the target only.
    ValidationSettings: { EnableValidation: false },
  };
}
