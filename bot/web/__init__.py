"""What others see of the running bot over HTTP."""
