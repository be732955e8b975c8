"""The thumbnail worker: keeps renditions and catalogue items in step with the originals."""
