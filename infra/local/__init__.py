"""The whole gallery on one machine: ``python -m infra.local`` runs it until Ctrl-C."""
