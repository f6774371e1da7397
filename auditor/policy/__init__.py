"""The policy reader: a vendor's document becomes a declaration in which every item carries its quote.

The path: bytes -> `source` (what kind of file, which text) -> `blocks` (headings, paragraphs, items, tables) ->
one reader per subject (categories, scopes, services, cookies, technologies, consent, claims ...) -> `read`.
Wording per language is data in `auditor/knowledge/policy`.
"""
