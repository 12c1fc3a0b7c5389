"""The seed story, replayed offline through the real pipeline."""
