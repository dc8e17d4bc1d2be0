"""The reference library over SIP2, from the same ledger as its REST side."""
