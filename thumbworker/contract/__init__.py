"""What the worker promises to its readers: key layout, item shape, policy, reasons and news.

Standard library only. The gallery imports this package and nothing else of the worker.
"""
