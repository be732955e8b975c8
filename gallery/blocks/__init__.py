"""People whose public photos are hidden, and who may neither upload nor publish."""
