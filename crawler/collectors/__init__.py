"""What listens during a visit: one object per subject and visit.

``tap`` opens the one CDP session a page gets and puts the hook into its frames; the others read what it hears.
"""
