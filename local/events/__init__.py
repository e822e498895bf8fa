"""What happens and who hears of it: events of S3, rules and schedules of EventBridge, queues, topics."""
