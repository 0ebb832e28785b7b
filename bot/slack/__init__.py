"""Everything that receives from, reads from and writes to Slack. The only package that knows Bolt and the SDK."""
