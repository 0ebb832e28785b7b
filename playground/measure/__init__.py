"""The instruments that benches and tests share."""
