"""Keys that somebody else has made: uploaded, sold one by one instead of ours."""
