"""What worker and gallery share: key layout, item shape, policy, limits, reasons, events and metrics.

Standard library only. The gallery imports this package and no other part of the worker.
"""
