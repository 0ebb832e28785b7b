"""What a turn uses, and what that costs.

In reading order::

    meter.py           what a request uses, counted while it does
    prices.py          what that costs
    bill.py            what a turn used, for the log and for people
"""
