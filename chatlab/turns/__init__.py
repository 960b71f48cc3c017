"""One turn, from the request to its last event (lesson 03).

Read them in this order: `requests`, `recorder`, `turn`, `runner`.
"""
