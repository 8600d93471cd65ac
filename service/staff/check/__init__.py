"""What the checker knows of whole rules: which can never send, which meet, what a message cannot have. Pure.

One module a question; each yields findings, and `questions.py` asks them all. Where a finding stands in the files is
the rulebook's to say: a finding names a rule and the words that lead to the place in it.
"""
