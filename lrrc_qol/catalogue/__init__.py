"""Reads instruments and protocols, which are data, into domain objects."""

from lrrc_qol.catalogue.catalogue import Catalogue, load_catalogue

__all__ = ["Catalogue", "load_catalogue"]
