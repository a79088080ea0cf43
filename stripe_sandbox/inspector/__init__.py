"""Pages that show what is inside the sandbox."""
