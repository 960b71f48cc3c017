"""Where chatlab meets other systems. Each adapter is an extra, imported by its own name."""
