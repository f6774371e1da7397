"""Facts that ship with the project: known cookies, hosts and services, and the wording of policies per language.

Each file names its source, licence and date, and what its fields mean. ``auditor.facts`` reads them.
"""
