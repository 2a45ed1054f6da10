"""Losses, schedules and stages that several deep ISPs share."""
