"""Events and their delivery: events of S3, rules and schedules of EventBridge, queues, topics."""
