"""The running program: configuration, schedule, pipeline, storage, delivery, command line."""
