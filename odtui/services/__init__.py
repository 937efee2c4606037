"""What a user does: places, trees, transfers, preview."""
